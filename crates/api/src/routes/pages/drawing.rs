//! `/drawings/{id}`: one drawing, how it came about, and all that is said of it.

use super::{
    InWords,
    answer::Shown,
    html,
    label::{LabelForm, relabel},
    picture::{Strokes, look},
    site::{Address, Place, Site},
};
use crate::{
    Api,
    routes::{
        id::{PredictionId, unknown},
        words::{Notice, Words, minute},
    },
};
use askama::Template;
use axum::{
    Extension, Router,
    extract::State,
    response::{Html, Redirect},
    routing::{get, post},
};
use digit::wire::{Answer, Input};
use service::Failure;
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

pub(super) fn router() -> Router<Arc<Api>> {
    Router::new().route("/drawings/{id}", get(drawing)).route("/drawings/{id}/label", post(label))
}

async fn drawing(
    State(api): State<Arc<Api>>,
    Extension(words): InWords,
    address: Address,
    PredictionId(id): PredictionId,
) -> Result<Html<String>, Failure> {
    let row = api.store.prediction(id).await?.ok_or_else(unknown)?;
    let drawing = api.store.drawing(id).await?.ok_or_else(unknown)?;
    html(&DrawingPage {
        words,
        site: Site::new(Place::Other, address),
        id: id.to_string(),
        look: look(row.input_kind),
        strokes: Strokes::of(&drawing),
        readings: readings(&api, words, &drawing).await,
        when: minute(row.created_at),
        source: words.history.sources.of(row.source),
        took: row.took_ms.map(|ms| words.milliseconds(ms.into())),
        shown: Some(Shown::of(&api, words, &row, "/drawings").await?),
        notice: None,
    })
}

/// How long the page waits for what each version says.
const PATIENCE: Duration = Duration::from_secs(2);

/// What each version that is loaded takes it for now; none while the model is away or has no time.
async fn readings(api: &Api, words: &'static Words, drawing: &Input) -> Option<Vec<Reading>> {
    match timeout(PATIENCE, api.model.readings(drawing)).await {
        Ok(Ok(answers)) => Some(answers.iter().map(|answer| Reading::new(words, answer)).collect()),
        failed => {
            tracing::warn!(?failed, "a drawing is shown without what each version says of it");
            None
        }
    }
}

/// The form under the answer: what the drawing really is.
async fn label(
    State(api): State<Arc<Api>>,
    PredictionId(id): PredictionId,
    form: LabelForm,
) -> Result<Redirect, Failure> {
    relabel(&api, id, form).await?;
    Ok(Redirect::to(&format!("/drawings/{id}")))
}

#[derive(Template)]
#[template(path = "drawing.html")]
struct DrawingPage {
    words: &'static Words,
    site: Site,
    id: String,
    look: &'static str,
    /// None where it was an image or pixels.
    strokes: Option<Strokes>,
    when: String,
    source: &'static str,
    took: Option<String>,
    readings: Option<Vec<Reading>>,
    shown: Option<Shown>,
    notice: Option<&'static Notice>,
}

/// What a version of the model says.
struct Reading {
    model: String,
    says: String,
    why: &'static str,
}

impl Reading {
    fn new(words: &'static Words, answer: &Answer) -> Self {
        Self {
            model: answer.model.clone(),
            says: words.said(answer.verdict, answer.prediction, answer.confidence),
            why: answer.reason.map_or("", |reason| words.answer.reasons.of(Some(reason))),
        }
    }
}

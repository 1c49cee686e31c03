//! `/drawings/{id}`: one drawing, how it came about, and all that is said of it.

use super::{
    InMessages,
    answer::Shown,
    html,
    label::{LabelForm, relabel},
    picture::{Strokes, look},
    site::{Address, NavItem, Site},
};
use crate::{
    Api,
    extract::{PredictionId, Visitor, unknown_prediction},
    messages::{Messages, Notice, TimeZone},
};
use askama::Template;
use axum::{
    Extension, Router,
    extract::State,
    response::{Html, Redirect},
    routing::{get, post},
};
use service::ApiError;
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;
use wire::{Answer, Input};

pub(super) fn router() -> Router<Arc<Api>> {
    Router::new().route("/drawings/{id}", get(drawing)).route("/drawings/{id}/label", post(label))
}

async fn drawing(
    State(api): State<Arc<Api>>,
    Extension(messages): InMessages,
    zone: TimeZone,
    address: Address,
    PredictionId(id): PredictionId,
) -> Result<Html<String>, ApiError> {
    let row = api.store.prediction(id).await?.ok_or_else(unknown_prediction)?;
    let drawing = api.store.drawing(id).await?.ok_or_else(unknown_prediction)?;
    html(&DrawingPage {
        messages,
        site: Site::new(NavItem::Other, address),
        id: id.to_string(),
        look: look(row.input_kind),
        strokes: Strokes::of(&drawing),
        models: predictions_by_model(&api, messages, &drawing).await,
        when: messages.moment(row.created_at, &zone),
        source: messages.history.sources.of(row.source),
        took: row.latency_ms.map(|ms| messages.milliseconds(ms.into())),
        shown: Some(Shown::of(&api, messages, &row, "/drawings").await?),
        notice: None,
    })
}

/// How long the page waits for what each version says.
const PATIENCE: Duration = Duration::from_secs(2);

/// The prediction of each loaded version now; none while the model is unavailable or has no time.
async fn predictions_by_model(api: &Api, messages: &'static Messages, drawing: &Input) -> Option<Vec<ModelRow>> {
    match timeout(PATIENCE, api.model.predictions_by_model(drawing)).await {
        Ok(Ok(answers)) => Some(answers.iter().map(|answer| ModelRow::new(messages, answer)).collect()),
        failed => {
            tracing::warn!(?failed, "a drawing is shown without what each version says of it");
            None
        }
    }
}

/// The form under the answer: what the drawing really is.
async fn label(
    State(api): State<Arc<Api>>,
    visitor: Visitor,
    PredictionId(id): PredictionId,
    form: LabelForm,
) -> Result<Redirect, ApiError> {
    relabel(&api, visitor, id, form).await?;
    Ok(Redirect::to(&format!("/drawings/{id}")))
}

#[derive(Template)]
#[template(path = "drawing.html")]
struct DrawingPage {
    messages: &'static Messages,
    site: Site,
    id: String,
    look: &'static str,
    /// None where it was an image or pixels.
    strokes: Option<Strokes>,
    when: String,
    source: &'static str,
    took: Option<String>,
    models: Option<Vec<ModelRow>>,
    shown: Option<Shown>,
    notice: Option<&'static Notice>,
}

/// What a version of the model says.
struct ModelRow {
    model: String,
    says: String,
    why: &'static str,
}

impl ModelRow {
    fn new(messages: &'static Messages, answer: &Answer) -> Self {
        Self {
            model: answer.model.clone(),
            says: messages.predicted(answer.verdict, answer.prediction, answer.confidence),
            why: answer.reason.map_or("", |reason| messages.answer.reasons.of(Some(reason))),
        }
    }
}

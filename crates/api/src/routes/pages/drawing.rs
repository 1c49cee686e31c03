//! `/drawings/{id}`: one drawing, how it came about, and all that is said of it.

use super::{InWords, picture::Strokes};
use crate::{
    Api,
    routes::{
        id::{PredictionId, unknown},
        page::{LabelForm, relabel},
        site::{Address, Place, Site},
        view::{Shown, html},
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
use digit::wire::{Input, InputKind, Prediction};
use service::Failure;
use std::sync::Arc;

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
    html(&DrawingPage {
        words,
        site: Site::new(Place::Other, address),
        id: id.to_string(),
        strokes: strokes(&api, &row).await?,
        when: minute(row.created_at),
        source: words.history.sources.of(row.source),
        took: row.took_ms.map(|ms| words.milliseconds(ms.into())),
        shown: Some(Shown::new(words, &row, "/drawings")),
        notice: None,
    })
}

/// The strokes, where it was drawn with a pen.
async fn strokes(api: &Api, row: &Prediction) -> Result<Option<Strokes>, Failure> {
    if row.input_kind != InputKind::Strokes {
        return Ok(None);
    }
    let (bytes, _) = api.store.input(row.id).await?.ok_or_else(unknown)?;
    Ok(Input::json(bytes.into()).ok().and_then(|input| Strokes::of(&input)))
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
    /// None where it was an image or pixels.
    strokes: Option<Strokes>,
    when: String,
    source: &'static str,
    took: Option<String>,
    shown: Option<Shown>,
    notice: Option<&'static Notice>,
}

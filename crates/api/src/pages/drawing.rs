//! `/drawings/{id}`: a drawing, its source, its answer and the predictions of all loaded model versions.

use super::{
    InMessages,
    answer::AnswerView,
    form::Confirmed,
    html,
    label::{LabelForm, record_label_form},
    picture::{Strokes, look},
    site::{Address, NavItem, Site},
};
use crate::{
    Api,
    access::{Access, Allowance, Routes, Use},
    extract::{PathId, PredictionId, is_within, unknown_prediction},
    identity::{Actor, Caller, Reach, Scope},
    messages::{Messages, Notice, TimeZone},
    store::Deletion,
};
use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::{Html, Redirect},
};
use service::ApiError;
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;
use wire::{Answer, Input};

pub(super) fn routes() -> Routes {
    Routes::default()
        .get(Access::Drawings(Scope::Read), "/drawings/{id}", drawing)
        .post(Access::Drawings(Scope::Label), "/drawings/{id}/label", label)
        .post(Access::OwnDrawings, "/drawings/{id}/delete", delete)
}

async fn drawing(
    State(api): State<Arc<Api>>,
    Extension(messages): InMessages,
    zone: TimeZone,
    address: Address,
    caller: Caller,
    allowance: Allowance,
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
        models: match allowance.spend(Use::Preview) {
            Ok(()) => predictions_by_model(&api, messages, &drawing).await,
            Err(_) => None,
        },
        when: messages.moment(row.created_at, &zone),
        source: messages.history.sources.of(row.source),
        took: row.latency_ms.map(|ms| messages.milliseconds(ms.into())),
        shown: Some(AnswerView::load(&api, messages, &row, "/drawings").await?),
        may_delete: is_within(&api, caller.may_delete(), id).await?,
        notice: None,
    })
}

/// How long the page waits for the predictions of all versions.
const MODELS_LIMIT: Duration = Duration::from_secs(2);

/// The predictions of all loaded versions; `None` if the model service fails or is too slow.
async fn predictions_by_model(api: &Api, messages: &'static Messages, drawing: &Input) -> Option<Vec<ModelRow>> {
    match timeout(MODELS_LIMIT, api.model.predictions_by_model(drawing)).await {
        Ok(Ok(answers)) => Some(answers.iter().map(|answer| ModelRow::new(messages, answer)).collect()),
        failed => {
            tracing::warn!(?failed, "the page shows a drawing without the predictions of all versions");
            None
        }
    }
}

/// Handles the label form under the answer.
async fn label(
    State(api): State<Arc<Api>>,
    caller: Caller,
    allowance: Allowance,
    PredictionId(id): PredictionId,
    form: LabelForm,
) -> Result<Redirect, ApiError> {
    record_label_form(&api, &caller, &allowance, id, form).await?;
    Ok(Redirect::to(&format!("/drawings/{id}")))
}

/// Deletes the drawing for its owner or for an operator.
async fn delete(
    State(api): State<Arc<Api>>,
    reach: Reach,
    actor: Actor,
    PathId(id): PathId,
    _: Confirmed,
) -> Result<Redirect, ApiError> {
    match api.store.delete_within(&actor, reach, id).await? {
        Deletion::Done => Ok(Redirect::to("/history")),
        // A caller who may not delete the drawing does not learn that it exists.
        Deletion::Unknown | Deletion::NotYours => Err(unknown_prediction()),
    }
}

#[derive(Template)]
#[template(path = "drawing.html")]
struct DrawingPage {
    messages: &'static Messages,
    site: Site,
    id: String,
    look: &'static str,
    /// `None` for an image or pixels.
    strokes: Option<Strokes>,
    when: String,
    source: &'static str,
    took: Option<String>,
    models: Option<Vec<ModelRow>>,
    shown: Option<AnswerView>,
    /// Whether the page has the form that deletes the drawing.
    may_delete: bool,
    notice: Option<&'static Notice>,
}

/// The prediction of a model version.
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

//! The first page, and the forms that make it work without JavaScript.

mod view;

use super::{
    InMessages,
    answer::AnswerView,
    html, in_place_of,
    label::{LabelForm, record_label_form},
    site::Address,
};
use crate::{
    Api, StoreError,
    extract::{PredictionId, SubmittedForm, Visitor, unknown_prediction},
    messages::{Messages, TimeZone},
    store::Filter,
    submission::{Submission, submit},
};
use axum::{
    Extension, Router,
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;
use service::{ApiError, Query};
use std::sync::Arc;
use uuid::Uuid;
use view::{HomePage, Recent, RecentStrip};
use wire::Source;

/// The number of drawings in the strip.
const STRIP: u8 = 12;

pub(super) fn router() -> Router<Arc<Api>> {
    Router::new()
        .route("/", get(home))
        .route("/recent", get(recent))
        .route("/upload", post(upload))
        .route("/home/{id}/label", post(label))
}

#[derive(Debug, Deserialize)]
struct View {
    /// The recorded answer to show.
    shown: Option<String>,
    /// Show drawings older than this one.
    before: Option<String>,
}

async fn home(
    State(api): State<Arc<Api>>,
    Extension(messages): InMessages,
    zone: TimeZone,
    address: Address,
    Query(view): Query<View>,
) -> Response {
    match answer_to_show(&api, messages, &view).await {
        Ok((shown, before)) => page(&api, messages, &zone, address, shown, before).await,
        Err(failure) => refused(&api, messages, &zone, failure).await,
    }
}

/// The answer and the start of the strip that the query string names.
async fn answer_to_show(
    api: &Api,
    messages: &'static Messages,
    view: &View,
) -> Result<(Option<AnswerView>, Option<Uuid>), ApiError> {
    let before = view.before.as_deref().map(id).transpose()?;
    let Some(shown) = view.shown.as_deref() else { return Ok((None, before)) };
    let row = api.store.prediction(id(shown)?).await?.ok_or_else(unknown_prediction)?;
    Ok((Some(AnswerView::load(api, messages, &row, "/home").await?), before))
}

async fn recent(
    State(api): State<Arc<Api>>,
    Extension(messages): InMessages,
    zone: TimeZone,
    Query(view): Query<View>,
) -> Result<Html<String>, ApiError> {
    let before = view.before.as_deref().map(id).transpose()?;
    html(&RecentStrip { messages, recent: strip(&api, messages, &zone, before).await })
}

/// Handles the upload form: recognises and records the image, and shows the answer.
async fn upload(
    State(api): State<Arc<Api>>,
    Extension(messages): InMessages,
    zone: TimeZone,
    visitor: Visitor,
    form: Result<SubmittedForm, ApiError>,
) -> Response {
    match record(&api, visitor, form).await {
        Ok(id) => show(id),
        Err(failure) => refused(&api, messages, &zone, failure).await,
    }
}

async fn record(api: &Api, Visitor(visitor): Visitor, form: Result<SubmittedForm, ApiError>) -> Result<Uuid, ApiError> {
    let SubmittedForm { drawing, key } = form?;
    let submission = Submission { drawing, source: Source::Upload, model: None, key, visitor, may_train: None };
    submit(api, submission).await?.id.ok_or_else(unknown_prediction)
}

/// Handles the label form under an answer.
async fn label(
    State(api): State<Arc<Api>>,
    Extension(messages): InMessages,
    zone: TimeZone,
    visitor: Visitor,
    PredictionId(id): PredictionId,
    form: LabelForm,
) -> Response {
    match record_label_form(&api, visitor, id, form).await {
        Ok(()) => show(id),
        Err(failure) => refused(&api, messages, &zone, failure).await,
    }
}

/// Redirects to the recorded answer, so that a reload of the page does not submit the form again.
fn show(id: Uuid) -> Response {
    Redirect::to(&format!("/?shown={id}")).into_response()
}

fn id(text: &str) -> Result<Uuid, ApiError> {
    text.parse().map_err(|_| unknown_prediction())
}

async fn page(
    api: &Api,
    messages: &'static Messages,
    zone: &TimeZone,
    address: Address,
    shown: Option<AnswerView>,
    before: Option<Uuid>,
) -> Response {
    html(&HomePage::new(messages, address, shown, None, strip(api, messages, zone, before).await)).into_response()
}

/// The page with a notice about a problem, with the status and headers of the problem.
async fn refused(api: &Api, messages: &'static Messages, zone: &TimeZone, failure: ApiError) -> Response {
    let page = HomePage::new(
        messages,
        Address::first(),
        None,
        Some(failure.problem.code),
        strip(api, messages, zone, None).await,
    );
    in_place_of(failure.into_response(), &page)
}

async fn strip(api: &Api, messages: &'static Messages, zone: &TimeZone, before: Option<Uuid>) -> Recent {
    match api.store.page(&Filter::default(), STRIP, before).await {
        Ok(page) => Recent::new(messages, zone, &page, before.is_none()),
        Err(error) => {
            let is_unavailable = matches!(error, StoreError::Unavailable(_));
            tracing::warn!(%error, is_unavailable, "the page shows no recent drawings");
            Recent::unavailable()
        }
    }
}

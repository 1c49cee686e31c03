//! The first page, and the forms that make it work without JavaScript.

mod view;

use super::{
    PageRequest,
    answer::AnswerView,
    html, in_place_of,
    label::{LabelForm, record_label_form},
};
use crate::{
    Api, StoreError,
    access::{Access, Allowance, Routes, Use},
    extract::{PredictionId, SubmittedForm, Unread, reachable, unknown_prediction},
    identity::{Caller, Reach, Scope},
    messages::Messages,
    store::Filter,
    submission::{Submission, submit},
};
use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use service::{ApiError, Query};
use std::sync::Arc;
use uuid::Uuid;
use view::{HomePage, Recent, RecentStrip};
use wire::Source;

/// The number of drawings in the strip.
const STRIP: u8 = 12;

pub(super) fn routes() -> Routes {
    let access = Access::Visitors(Scope::Predict);
    Routes::default().get(access, "/", home).get(access, "/recent", recent).post(access, "/upload", upload).post(
        Access::Drawings(Scope::Label),
        "/home/{id}/label",
        label,
    )
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
    page_request: PageRequest,
    reach: Reach,
    caller: Caller,
    allowance: Allowance,
    Query(view): Query<View>,
) -> Response {
    if let Err(failure) = allowance.spend(Use::Read) {
        return failure.into_response();
    }
    // The strip has the reader's own drawings, but an answer may be that of any drawing which the reader may see.
    let visible = if caller.sees_all() { Reach::All } else { reach };
    match answer_to_show(&api, page_request.messages, visible, &view).await {
        Ok((shown, before)) => page(&api, page_request, reach, shown, before).await,
        Err(failure) => rejected(&api, page_request, reach, failure).await,
    }
}

/// The answer and the start of the strip that the query string names.
async fn answer_to_show(
    api: &Api,
    messages: &'static Messages,
    reach: Reach,
    view: &View,
) -> Result<(Option<AnswerView>, Option<Uuid>), ApiError> {
    let before = view.before.as_deref().map(id).transpose()?;
    let Some(shown) = view.shown.as_deref() else { return Ok((None, before)) };
    let shown = reachable(api, reach, id(shown)?).await?;
    let row = api.store.prediction(shown).await?.ok_or_else(unknown_prediction)?;
    Ok((Some(AnswerView::load(api, messages, &row, "/home").await?), before))
}

async fn recent(
    State(api): State<Arc<Api>>,
    page_request: PageRequest,
    reach: Reach,
    allowance: Allowance,
    Query(view): Query<View>,
) -> Result<Html<String>, ApiError> {
    allowance.spend(Use::Read)?;
    let before = view.before.as_deref().map(id).transpose()?;
    html(&RecentStrip { messages: page_request.messages, recent: strip(&api, &page_request, reach, before).await })
}

/// Handles the upload form: recognises and records the image, and shows the answer.
async fn upload(
    State(api): State<Arc<Api>>,
    page_request: PageRequest,
    reach: Reach,
    caller: Caller,
    allowance: Allowance,
    form: Unread<SubmittedForm>,
) -> Response {
    match record(&api, &caller, &allowance, form).await {
        Ok(id) => show(id),
        Err(failure) => rejected(&api, page_request, reach, failure).await,
    }
}

async fn record(
    api: &Api,
    caller: &Caller,
    allowance: &Allowance,
    form: Unread<SubmittedForm>,
) -> Result<Uuid, ApiError> {
    allowance.spend(Use::Drawing)?;
    let SubmittedForm { drawing, key, may_train } = form.read().await?;
    let drawer = caller.drawer(Some(may_train));
    let submission = Submission { drawing, source: Source::Upload, model: None, key, drawer };
    submit(api, allowance, submission).await?.id.ok_or_else(unknown_prediction)
}

/// Handles the label form under an answer.
async fn label(
    State(api): State<Arc<Api>>,
    page_request: PageRequest,
    reach: Reach,
    caller: Caller,
    allowance: Allowance,
    PredictionId(id): PredictionId,
    form: LabelForm,
) -> Response {
    match record_label_form(&api, &caller, &allowance, id, form).await {
        Ok(()) => show(id),
        Err(failure) => rejected(&api, page_request, reach, failure).await,
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
    page_request: PageRequest,
    reach: Reach,
    shown: Option<AnswerView>,
    before: Option<Uuid>,
) -> Response {
    let recent = strip(api, &page_request, reach, before).await;
    html(&HomePage::new(page_request, shown, None, recent)).into_response()
}

/// The page with a notice about a problem, with the status and headers of the problem.
async fn rejected(api: &Api, page_request: PageRequest, reach: Reach, failure: ApiError) -> Response {
    let recent = strip(api, &page_request, reach, None).await;
    let page = HomePage::new(page_request, None, Some(failure.problem.code), recent);
    in_place_of(failure.into_response(), &page)
}

async fn strip(api: &Api, page_request: &PageRequest, reach: Reach, before: Option<Uuid>) -> Recent {
    match api.store.page(reach, &Filter::default(), STRIP, before).await {
        Ok(page) => Recent::new(page_request.messages, &page_request.zone, &page, before.is_none()),
        Err(error) => {
            let is_unavailable = matches!(error, StoreError::Unavailable(_));
            tracing::warn!(%error, is_unavailable, "the page shows no recent drawings");
            Recent::unavailable()
        }
    }
}

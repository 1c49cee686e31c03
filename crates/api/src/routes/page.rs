//! The page, and the forms that make it work without JavaScript.

use super::{
    id::{PredictionId, unknown},
    view::{HomePage, Recent, RecentStrip},
};
use crate::{Api, StoreError, store::NewPrediction};
use askama::Template;
use axum::{
    Form, Router,
    extract::{State, rejection::FormRejection},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use digit::{
    TrueLabel,
    wire::{Code, Prediction, Problem, Source},
};
use serde::Deserialize;
use service::{Failure, Params, Posted};
use uuid::Uuid;

/// Drawings in the strip.
const STRIP: u8 = 12;

pub(super) fn router() -> Router<Api> {
    Router::new()
        .route("/", get(home))
        .route("/recent", get(recent))
        .route("/upload", post(upload))
        .route("/predictions/{id}/label", post(label))
}

#[derive(Debug, Deserialize)]
struct View {
    /// The recorded answer to show.
    shown: Option<String>,
    /// Show drawings older than this one.
    before: Option<Uuid>,
}

async fn home(State(api): State<Api>, Params(view): Params<View>) -> Response {
    match shown(&api, view.shown.as_deref()).await {
        Ok(shown) => page(&api, StatusCode::OK, shown.as_ref(), None, view.before).await,
        Err(failure) => refused(&api, failure).await,
    }
}

async fn recent(State(api): State<Api>, Params(view): Params<View>) -> Result<Html<String>, Failure> {
    html(&RecentStrip { recent: strip(&api, view.before).await })
}

/// The upload form: records what is on the image and shows it.
async fn upload(State(api): State<Api>, posted: Result<Posted, Failure>) -> Response {
    match record(&api, posted).await {
        Ok(id) => show(id),
        Err(failure) => refused(&api, failure).await,
    }
}

async fn record(api: &Api, posted: Result<Posted, Failure>) -> Result<Uuid, Failure> {
    let Posted(input) = posted?;
    let (answer, bitmap) = api.model.answer(&input).await?;
    let new = NewPrediction { answer: &answer, bitmap: &bitmap, input: &input, source: Source::Upload };
    Ok(api.store.record(new).await?)
}

#[derive(Debug, Deserialize)]
struct LabelForm {
    true_label: String,
}

type LabelFormResult = Result<Form<LabelForm>, FormRejection>;

/// The form under an answer: what the drawing really is.
async fn label(State(api): State<Api>, PredictionId(id): PredictionId, form: LabelFormResult) -> Response {
    match relabel(&api, id, form).await {
        Ok(()) => show(id),
        Err(failure) => refused(&api, failure).await,
    }
}

async fn relabel(api: &Api, id: Uuid, form: LabelFormResult) -> Result<(), Failure> {
    let label = form.ok().and_then(|Form(form)| form.true_label.parse::<TrueLabel>().ok());
    let label = label.ok_or_else(|| Failure::new(Code::InvalidInput, digit::InvalidDigit.to_string()))?;
    api.store.label(id, label).await?.map(drop).ok_or_else(unknown)
}

/// Sends the browser to the recorded answer, so that reloading the page sends nothing again.
fn show(id: Uuid) -> Response {
    Redirect::to(&format!("/?shown={id}")).into_response()
}

async fn shown(api: &Api, id: Option<&str>) -> Result<Option<Prediction>, Failure> {
    let Some(id) = id else { return Ok(None) };
    let id = id.parse().map_err(|_| unknown())?;
    api.store.prediction(id).await?.map(Some).ok_or_else(unknown)
}

/// The page with what went wrong.
async fn refused(api: &Api, failure: Failure) -> Response {
    let status = StatusCode::from_u16(failure.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    page(api, status, None, Some(failure.problem), None).await
}

async fn page(
    api: &Api,
    status: StatusCode,
    shown: Option<&Prediction>,
    problem: Option<Problem>,
    before: Option<Uuid>,
) -> Response {
    let page = HomePage::new(shown, problem, strip(api, before).await);
    (status, html(&page)).into_response()
}

async fn strip(api: &Api, before: Option<Uuid>) -> Recent {
    match api.store.page(STRIP, before).await {
        Ok(page) => Recent::new(&page, before.is_none()),
        Err(error) => {
            let away = matches!(error, StoreError::Away(_));
            tracing::warn!(%error, away, "the strip is shown without drawings");
            Recent::unavailable()
        }
    }
}

fn html(template: &impl Template) -> Result<Html<String>, Failure> {
    template.render().map(Html).map_err(|error| {
        tracing::error!(%error, "a template failed");
        Failure::new(Code::Internal, "The page could not be made. It has been logged.")
    })
}

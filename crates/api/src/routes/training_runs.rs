//! Training runs: a trainer begins one, reports its progress, and submits the model.

use crate::{
    Api, Promotion,
    access::{Access, Routes},
    extract::Version,
    identity::{Actor, Scope},
    model_files::{ModelFiles, sha256},
    store::SubmittedModel,
};
use axum::{
    Json,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use digit::ModelVersion;
use serde::{Serialize, de::IgnoredAny};
use service::{ApiError, Documented, JsonBody};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::routes;
use wire::{
    AvailableExamples, Code, Comparison, ComparisonOutcome, ModelState, TrainedModel, TrainingProgress, TrainingRun,
    TrainingRunStart,
};

/// The largest body: a manifest of 200,000 examples, or weights of 20 MB.
const MAX_BYTES: usize = 32_000_000;

pub(super) fn routes() -> Routes {
    let access = Access::Operators(Some(Scope::Training));
    let body = [
        Code::UnsupportedMediaType,
        Code::InvalidJson,
        Code::InvalidInput,
        Code::IncompleteBody,
        Code::PayloadTooLarge,
        Code::CrossSiteRequest,
        Code::Timeout,
        Code::ModelState,
        Code::Overloaded,
        Code::DatabaseUnavailable,
    ];
    let of_a_model = [&body[..], &[Code::UnknownModel]].concat();
    Routes::default()
        .documented(access, routes!(begin_training_run).refuses(&body))
        .documented(access, routes!(record_training_progress).refuses(&of_a_model))
        .documented(access, routes!(submit_model).refuses(&of_a_model))
        .documented(access, routes!(available_examples).refuses(&[Code::DatabaseUnavailable]))
        .layered(|routes| routes.layer(DefaultBodyLimit::max(MAX_BYTES)))
}

/// Begins a training run.
///
/// The registry gets a model in the state `proposed`, with the ids of its training examples. A trainer may repeat the request
/// until it submits the model.
#[utoipa::path(
    post, path = "/api/v1/models", tag = "Models", request_body = TrainingRun,
    responses((status = OK, description = "The inputs of the comparison", body = TrainingRunStart)),
)]
async fn begin_training_run(
    State(api): State<Arc<Api>>,
    by: Actor,
    body: Result<JsonBody<TrainingRun>, ApiError>,
) -> Result<Json<TrainingRunStart>, ApiError> {
    let JsonBody(run) = body.map_err(too_large)?;
    let is_hash = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !run.manifest.examples.iter().all(|entry| is_hash(&entry.sha256)) {
        return Err(invalid("Each entry of the manifest needs a SHA-256 of 64 hexadecimal digits."));
    }
    if !run.manifest.examples.is_sorted_by(|one, next| one.id < next.id) {
        return Err(invalid("Sort the entries of the manifest by id, each id once."));
    }
    let json = serde_json::to_vec(&run.manifest).map_err(|error| ApiError::new(Code::Internal, error.to_string()))?;
    Ok(Json(api.store.begin_training_run(&by, &run, &sha256(&json)).await?))
}

/// Records the progress of a training run.
///
/// With the step `failed`, the run ends and the registry rejects the version. A run that reports nothing for a day ends, too.
#[utoipa::path(
    put, path = "/api/v1/models/{version}/progress", tag = "Models", params(Version), request_body = TrainingProgress,
    responses((status = NO_CONTENT, description = "The progress is recorded")),
)]
async fn record_training_progress(
    State(api): State<Arc<Api>>,
    Version(version): Version,
    by: Actor,
    body: Result<JsonBody<TrainingProgress>, ApiError>,
) -> Result<StatusCode, ApiError> {
    let JsonBody(progress) = body.map_err(too_large)?;
    api.store.record_training_progress(&by, &version, &progress).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The state of a submitted model.
#[derive(Serialize, ToSchema)]
struct Submitted {
    state: ModelState,
}

/// Submits a trained model with its comparison.
///
/// The registry rejects a model that is worse. A better one waits for an operator, or serves at once if the operator of the
/// service has chosen that. An inconclusive one goes to shadow. A trainer may repeat the request.
#[utoipa::path(
    put, path = "/api/v1/models/{version}", tag = "Models", params(Version), request_body = TrainedModel,
    responses((status = OK, description = "The state of the model", body = Submitted)),
)]
async fn submit_model(
    State(api): State<Arc<Api>>,
    Version(version): Version,
    by: Actor,
    body: Result<JsonBody<TrainedModel>, ApiError>,
) -> Result<Json<Submitted>, ApiError> {
    let JsonBody(trained) = body.map_err(too_large)?;
    let model = submitted(&version, trained)?;
    let promotes_better = api.settings.promotion == Promotion::Auto;
    let state = api.store.submit_model(&by, &model, promotes_better).await?;
    Ok(Json(Submitted { state }))
}

/// Counts the training examples, and those that no run has used yet.
#[utoipa::path(
    get, path = "/api/v1/training-examples", tag = "Models",
    responses((status = OK, description = "The numbers of examples", body = AvailableExamples)),
)]
async fn available_examples(State(api): State<Arc<Api>>) -> Result<Json<AvailableExamples>, ApiError> {
    Ok(Json(api.store.available_examples(api.settings.trusts_everybody()).await?))
}

/// The files of a trained model, if they belong together and its comparison is complete.
fn submitted(version: &ModelVersion, trained: TrainedModel) -> Result<SubmittedModel, ApiError> {
    let TrainedModel { card, weights, evaluation, comparison } = trained;
    serde_json::from_str::<IgnoredAny>(&evaluation).map_err(|_| invalid("The evaluation is not JSON."))?;
    let weights = STANDARD.decode(weights).map_err(|_| invalid("The weights are not base64."))?;
    let files = ModelFiles::new(card, weights, Some(evaluation)).map_err(|error| invalid(&format!("{error:#}.")))?;
    if files.version != *version || comparison.challenger != *version {
        return Err(invalid("The card, the comparison and the path name different versions."));
    }
    if !is_complete(&comparison) {
        return Err(invalid("The outcome of the comparison does not follow from its checks."));
    }
    Ok(SubmittedModel { files, comparison })
}

/// Whether the outcome follows from the checks, and a better model was compared on collected drawings.
fn is_complete(comparison: &Comparison) -> bool {
    let Comparison { outcome, checks, champion, gate_use, .. } = comparison;
    let is_compared = *outcome != ComparisonOutcome::Better || champion.is_none() || gate_use.is_some();
    ComparisonOutcome::of(checks) == *outcome && !checks.is_empty() && is_compared
}

fn invalid(detail: &str) -> ApiError {
    ApiError::new(Code::InvalidInput, detail)
}

/// The limit of these routes, instead of that of the others.
fn too_large(error: ApiError) -> ApiError {
    if error.problem.code == Code::PayloadTooLarge {
        return ApiError::new(Code::PayloadTooLarge, "The body is larger than 32 MB. Train with fewer examples.");
    }
    error
}

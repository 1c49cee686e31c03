//! `/predictions…`: what was recorded, and what it really is.

use super::id::{PredictionId, unknown};
use crate::Api;
use axum::{Json, extract::State, http::header, response::IntoResponse};
use digit::wire::{Code, Labelling, Page, Prediction};
use serde::Deserialize;
use service::{Documented, Failure, JsonBody, Params};
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Predictions on a page unless the client asks for fewer or more, and at most.
const PAGE: u8 = 20;
const LONGEST_PAGE: u8 = 100;

pub(super) fn router() -> OpenApiRouter<Arc<Api>> {
    let labelled = routes!(label).refuses(&[
        Code::InvalidJson,
        Code::IncompleteBody,
        Code::NotFound,
        Code::Timeout,
        Code::PayloadTooLarge,
        Code::UnsupportedMediaType,
        Code::InvalidInput,
        Code::Overloaded,
        Code::DatabaseUnavailable,
    ]);
    OpenApiRouter::new()
        .routes(routes!(list).refuses(&[Code::InvalidQuery, Code::DatabaseUnavailable]))
        .routes(routes!(show).refuses(&[Code::NotFound, Code::DatabaseUnavailable]))
        .routes(labelled)
        .routes(routes!(bitmap).refuses(&[Code::NotFound, Code::DatabaseUnavailable]))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Range {
    /// How many.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u8>,
    /// Only those older than the prediction with this id.
    before: Option<Uuid>,
}

/// Looks back, newest first.
#[utoipa::path(
    get, path = "/predictions", tag = "History", params(Range),
    responses((status = OK, description = "Some predictions, and where the next ones begin", body = Page)),
)]
async fn list(State(api): State<Arc<Api>>, Params(range): Params<Range>) -> Result<Json<Page>, Failure> {
    let limit = range.limit.unwrap_or(PAGE);
    if !(1..=LONGEST_PAGE).contains(&limit) {
        return Err(Failure::new(Code::InvalidQuery, format!("\"limit\" is a number from 1 to {LONGEST_PAGE}.")));
    }
    Ok(Json(api.store.page(limit, range.before).await?))
}

/// Tells one prediction, with the last label that was given to it.
#[utoipa::path(
    get, path = "/predictions/{id}", tag = "History", params(PredictionId),
    responses((status = OK, description = "The prediction", body = Prediction)),
)]
async fn show(State(api): State<Arc<Api>>, PredictionId(id): PredictionId) -> Result<Json<Prediction>, Failure> {
    api.store.prediction(id).await?.map(Json).ok_or_else(unknown)
}

/// Says what a drawing really is. The last label counts, the earlier ones are kept.
#[utoipa::path(
    put, path = "/predictions/{id}/label", tag = "Label", params(PredictionId),
    request_body(content = Labelling, examples(
        ("digit" = (summary = "A digit", value = json!({ "true_label": 7 }))),
        ("none" = (summary = "No digit", value = json!({ "true_label": "not_a_digit" }))),
    )),
    responses((status = OK, description = "The prediction with its label", body = Prediction)),
)]
async fn label(
    State(api): State<Arc<Api>>,
    PredictionId(id): PredictionId,
    JsonBody(Labelling { true_label }): JsonBody<Labelling>,
) -> Result<Json<Prediction>, Failure> {
    api.store.label(id, true_label).await?.map(Json).ok_or_else(unknown)
}

/// Shows what the network saw: 28 × 28 pixels, black ink on transparent paper.
#[utoipa::path(
    get, path = "/predictions/{id}/bitmap.png", tag = "History", params(PredictionId),
    responses((status = OK, description = "The picture", content_type = "image/png", body = inline(Vec<u8>))),
)]
async fn bitmap(State(api): State<Arc<Api>>, PredictionId(id): PredictionId) -> Result<impl IntoResponse, Failure> {
    let bitmap = api.store.bitmap(id).await?.ok_or_else(unknown)?;
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        // A row never changes.
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
    ];
    Ok((headers, bitmap.to_png()))
}

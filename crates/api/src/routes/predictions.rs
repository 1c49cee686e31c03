//! `/predictions…`: what was recorded, and what it really is.

use super::id::{PredictionId, unknown};
use crate::Api;
use axum::{
    Json, Router,
    extract::State,
    http::header,
    response::IntoResponse,
    routing::{get, put},
};
use digit::wire::{Code, Labelling, Page, Prediction};
use serde::Deserialize;
use service::{Failure, JsonBody, Params};
use uuid::Uuid;

/// Predictions on a page unless the client asks for fewer or more, and at most.
const PAGE: u8 = 20;
const LONGEST_PAGE: u8 = 100;

pub(super) fn router() -> Router<Api> {
    Router::new()
        .route("/predictions", get(list))
        .route("/predictions/{id}", get(show))
        .route("/predictions/{id}/label", put(label))
        .route("/predictions/{id}/bitmap.png", get(bitmap))
}

#[derive(Debug, Deserialize)]
struct Range {
    /// How many, 1 to 100.
    limit: Option<u8>,
    /// Only those older than the prediction with this id.
    before: Option<Uuid>,
}

async fn list(State(api): State<Api>, Params(range): Params<Range>) -> Result<Json<Page>, Failure> {
    let limit = range.limit.unwrap_or(PAGE);
    if !(1..=LONGEST_PAGE).contains(&limit) {
        return Err(Failure::new(Code::InvalidQuery, format!("\"limit\" is a number from 1 to {LONGEST_PAGE}.")));
    }
    Ok(Json(api.store.page(limit, range.before).await?))
}

async fn show(State(api): State<Api>, PredictionId(id): PredictionId) -> Result<Json<Prediction>, Failure> {
    api.store.prediction(id).await?.map(Json).ok_or_else(unknown)
}

async fn label(
    State(api): State<Api>,
    PredictionId(id): PredictionId,
    JsonBody(Labelling { true_label }): JsonBody<Labelling>,
) -> Result<Json<Prediction>, Failure> {
    api.store.label(id, true_label).await?.map(Json).ok_or_else(unknown)
}

/// What the network saw, as a picture: black ink on transparent paper.
async fn bitmap(State(api): State<Api>, PredictionId(id): PredictionId) -> Result<impl IntoResponse, Failure> {
    let bitmap = api.store.bitmap(id).await?.ok_or_else(unknown)?;
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        // A row never changes.
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
    ];
    Ok((headers, bitmap.to_png()))
}

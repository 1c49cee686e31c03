//! `GET /predictions/{id}/readings`: what each version of the model that is loaded says of a recorded drawing.

use super::id::{PredictionId, unknown};
use crate::Api;
use axum::{Json, extract::State};
use digit::wire::{Code, Readings};
use service::{Documented, Failure};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn router() -> OpenApiRouter<Arc<Api>> {
    let refusals = [Code::NotFound, Code::Overloaded, Code::ModelUnavailable, Code::DatabaseUnavailable];
    OpenApiRouter::new().routes(routes!(readings).refuses(&refusals))
}

/// Tells what each version of the model that is loaded takes a recorded drawing for.
///
/// The drawing is put to them as it was sent: first to the version that serves, then to the one that was trained last,
/// and so on. Nothing of it is kept.
#[utoipa::path(
    get, path = "/predictions/{id}/readings", tag = "History", params(PredictionId),
    responses((status = OK, description = "An answer of each version", body = Readings)),
)]
async fn readings(State(api): State<Arc<Api>>, PredictionId(id): PredictionId) -> Result<Json<Readings>, Failure> {
    let drawing = api.store.drawing(id).await?.ok_or_else(unknown)?;
    Ok(Json(Readings { readings: api.model.readings(&drawing).await? }))
}

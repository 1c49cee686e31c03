//! `GET /api/v1/predictions/{id}/models`: what each loaded model version predicts for a recorded drawing.

use crate::{
    Api,
    access::{Access, Allowance, Routes, Use},
    extract::{PredictionId, unknown_prediction},
    identity::Scope,
};
use axum::{Json, extract::State};
use service::{ApiError, Documented};
use std::sync::Arc;
use utoipa_axum::routes;
use wire::{Code, PredictionsByModel};

pub(super) fn routes() -> Routes {
    let refusals = [Code::NotFound, Code::Overloaded, Code::ModelUnavailable, Code::DatabaseUnavailable];
    Routes::default().documented(Access::Drawings(Scope::Read), routes!(predictions_by_model).refuses(&refusals))
}

/// Classifies a recorded drawing with each loaded model version.
///
/// The serving version comes first, then the others from the newest to the oldest. The predictions are not recorded.
#[utoipa::path(
    get, path = "/api/v1/predictions/{id}/models", tag = "History", params(PredictionId),
    responses((status = OK, description = "The prediction of each version", body = PredictionsByModel)),
)]
async fn predictions_by_model(
    State(api): State<Arc<Api>>,
    allowance: Allowance,
    PredictionId(id): PredictionId,
) -> Result<Json<PredictionsByModel>, ApiError> {
    allowance.spend(Use::Preview)?;
    let drawing = api.store.drawing(id).await?.ok_or_else(unknown_prediction)?;
    Ok(Json(PredictionsByModel { predictions: api.model.predictions_by_model(&drawing).await? }))
}

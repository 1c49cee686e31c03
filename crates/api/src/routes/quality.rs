//! `GET /api/v1/quality` and `GET /api/v1/calibration`: the quality of the predictions.

use crate::{
    Api,
    access::{Access, Allowance, Routes, Use},
    extract::QualityQuery,
    identity::Scope,
};
use axum::{Json, extract::State};
use digit::ModelVersion;
use serde::Deserialize;
use service::{ApiError, Documented, Query, empty_as_none, parameters::model_version};
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::routes;
use wire::{Code, ObservedAccuracy, Quality};

pub(super) fn routes() -> Routes {
    let errors = [Code::InvalidQuery, Code::DatabaseUnavailable];
    Routes::default()
        .documented(Access::Labellers(Scope::Read), routes!(quality).refuses(&errors))
        .documented(Access::Visitors(Scope::Predict), routes!(calibration).refuses(&errors))
}

/// Returns the quality of the predictions, measured by people's labels.
#[utoipa::path(
    get, path = "/api/v1/quality", tag = "Quality", params(QualityQuery),
    responses((status = OK, description = "Accuracy, confusion matrix, calibration and latency", body = Quality)),
)]
async fn quality(
    State(api): State<Arc<Api>>,
    allowance: Allowance,
    Query(query): Query<QualityQuery>,
) -> Result<Json<Quality>, ApiError> {
    allowance.spend(Use::Read)?;
    Ok(Json(api.store.quality(&query.scope()?).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CalibrationQuery {
    /// The confidence of a prediction, from 0 to 1.
    #[param(minimum = 0, maximum = 1)]
    confidence: f64,
    /// Only predictions of this model version.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = model_version)]
    model: Option<ModelVersion>,
}

/// Returns the share of correct predictions of a similar confidence, measured by people's labels.
///
/// The answer covers the predictions in the same confidence bin, and states its bounds. Most bins are 5 % wide.
/// Predictions of `not_a_digit` do not count, because the confidence is the probability of the digit given that the
/// drawing is a digit.
#[utoipa::path(
    get, path = "/api/v1/calibration", tag = "Quality", params(CalibrationQuery),
    responses((status = OK, description = "The bin, and the share of its predictions that is correct", body = ObservedAccuracy)),
)]
async fn calibration(
    State(api): State<Arc<Api>>,
    allowance: Allowance,
    Query(CalibrationQuery { confidence, model }): Query<CalibrationQuery>,
) -> Result<Json<ObservedAccuracy>, ApiError> {
    allowance.spend(Use::Read)?;
    if !(0.0..=1.0).contains(&confidence) {
        return Err(ApiError::new(Code::InvalidQuery, "\"confidence\" is a number from 0 to 1."));
    }
    #[expect(clippy::cast_possible_truncation, reason = "confidences are recorded as f32")]
    let recorded = confidence as f32;
    Ok(Json(api.store.observed_accuracy(recorded, model.as_deref()).await?))
}

//! `POST /explain` and `GET /api/v1/predictions/{id}/attribution`: the attribution of an answer. Nothing is recorded.

use crate::{
    Api,
    access::{Access, Allowance, Routes, Use},
    extract::{PredictionId, SubmittedDrawing, Unread, unknown_prediction},
    identity::Scope,
};
use axum::{Json, extract::State};
use service::{ApiError, Documented, ModelQuery, Query};
use std::sync::Arc;
use utoipa_axum::routes;
use wire::{Code, Explanation, Input};

pub(super) fn routes() -> Routes {
    let recorded = routes!(explain_recorded).refuses(&[
        Code::InvalidQuery,
        Code::NotFound,
        Code::UnknownModel,
        Code::Overloaded,
        Code::ModelUnavailable,
        Code::DatabaseUnavailable,
    ]);
    Routes::default()
        .documented(Access::Visitors(Scope::Predict), routes!(explain).takes_a_drawing(&[]))
        .documented(Access::Drawings(Scope::Read), recorded)
}

/// Recognises a drawing and returns the attribution of the answer.
///
/// The network classifies the drawing 25 more times, each time without the foreground in a window of 8 × 8 pixels. The
/// attribution of a pixel is the mean decrease of the evidence for the predicted digit over the windows that cover the
/// pixel (Zeiler and Fergus, *Visualizing and Understanding Convolutional Networks*, 2014). This method cannot show
/// that the absence of a stroke is evidence. Nothing is recorded.
#[utoipa::path(
    post, path = "/explain", tag = "Recognise", params(ModelQuery),
    responses((status = OK, description = "The answer and its attribution", body = Explanation)),
)]
async fn explain(
    State(api): State<Arc<Api>>,
    allowance: Allowance,
    Query(query): Query<ModelQuery>,
    body: Unread<SubmittedDrawing>,
) -> Result<Json<Explanation>, ApiError> {
    allowance.spend(Use::Explanation)?;
    let SubmittedDrawing(drawing) = body.read().await?;
    Ok(Json(api.model.explain(drawing.input(), query.model.as_deref()).await?))
}

/// Returns the attribution of a recorded drawing.
///
/// As `POST /explain`, for the recorded bitmap. The serving version, or the requested one, classifies the bitmap again;
/// it may differ from the version of the recorded prediction. The reason is never `too_small`, because that describes a
/// drawing, not a bitmap.
#[utoipa::path(
    get, path = "/api/v1/predictions/{id}/attribution", tag = "History", params(PredictionId, ModelQuery),
    responses((status = OK, description = "The new answer and its attribution", body = Explanation)),
)]
async fn explain_recorded(
    State(api): State<Arc<Api>>,
    allowance: Allowance,
    PredictionId(id): PredictionId,
    Query(query): Query<ModelQuery>,
) -> Result<Json<Explanation>, ApiError> {
    allowance.spend(Use::Explanation)?;
    let bitmap = api.store.bitmap(id).await?.ok_or_else(unknown_prediction)?;
    Ok(Json(api.model.explain(&Input::pixels(bitmap), query.model.as_deref()).await?))
}

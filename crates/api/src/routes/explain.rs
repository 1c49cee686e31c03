//! `POST /explain` and `GET /api/v1/predictions/{id}/attribution`: what an answer rests on. Nothing is kept.

use crate::{
    Api,
    extract::{PredictionId, SubmittedDrawing, unknown_prediction},
};
use axum::{Json, extract::State};
use service::{ApiError, Documented, ModelQuery, Query};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Code, Explanation, Input};

pub(super) fn router() -> OpenApiRouter<Arc<Api>> {
    let recorded = routes!(explain_recorded).refuses(&[
        Code::InvalidQuery,
        Code::NotFound,
        Code::UnknownModel,
        Code::Overloaded,
        Code::ModelUnavailable,
        Code::DatabaseUnavailable,
    ]);
    OpenApiRouter::new().routes(routes!(explain).takes_a_drawing(&[])).routes(recorded)
}

/// Recognises a drawing and shows what the answer rests on.
///
/// The network sees the drawing 25 times more, each time without the strokes in a window of 8 × 8 pixels. The attribution
/// of a pixel is how much the evidence for the predicted digit falls, on average over the windows that cover the pixel.
/// (Zeiler and Fergus, *Visualizing and Understanding Convolutional Networks*, 2014.) That a stroke is missing is
/// evidence, too, but no window shows it. Nothing is kept.
#[utoipa::path(
    post, path = "/explain", tag = "Recognise", params(ModelQuery),
    responses((status = OK, description = "What the drawing was taken for, and why", body = Explanation)),
)]
async fn explain(
    State(api): State<Arc<Api>>,
    Query(query): Query<ModelQuery>,
    SubmittedDrawing(drawing): SubmittedDrawing,
) -> Result<Json<Explanation>, ApiError> {
    Ok(Json(api.model.explain(drawing.input(), query.model.as_deref()).await?))
}

/// Shows what the answer to a recorded drawing rests on.
///
/// As of `POST /explain`, for the bitmap that was recorded. It is asked anew, of the version that serves now or that is
/// named, which may be another than the one that answered then. What is asked about are pixels, so that
/// `too_small`, which is said of a drawing, is never the reason.
#[utoipa::path(
    get, path = "/api/v1/predictions/{id}/attribution", tag = "History", params(PredictionId, ModelQuery),
    responses((status = OK, description = "What the drawing is taken for, and why", body = Explanation)),
)]
async fn explain_recorded(
    State(api): State<Arc<Api>>,
    PredictionId(id): PredictionId,
    Query(query): Query<ModelQuery>,
) -> Result<Json<Explanation>, ApiError> {
    let bitmap = api.store.bitmap(id).await?.ok_or_else(unknown_prediction)?;
    Ok(Json(api.model.explain(&Input::pixels(bitmap), query.model.as_deref()).await?))
}

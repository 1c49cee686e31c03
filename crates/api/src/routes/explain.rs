//! `POST /explain` and `GET /api/v1/predictions/{id}/attribution`: what an answer rests on. Nothing is kept.

use crate::{
    Api,
    extract::{PredictionId, SubmittedDrawing, unknown_prediction},
};
use axum::{Json, extract::State};
use digit::ModelVersion;
use serde::Deserialize;
use service::{ApiError, Documented, Query, empty_as_none, parameters::model_version};
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Code, Explanation, Input};

pub(super) fn router() -> OpenApiRouter<Arc<Api>> {
    let sent = routes!(explain).takes_a_drawing(&[Code::InvalidQuery, Code::UnknownModel, Code::ModelUnavailable]);
    let recorded = routes!(explain_recorded).refuses(&[
        Code::InvalidQuery,
        Code::NotFound,
        Code::UnknownModel,
        Code::Overloaded,
        Code::ModelUnavailable,
        Code::DatabaseUnavailable,
    ]);
    OpenApiRouter::new().routes(sent).routes(recorded)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Options {
    /// The version of the model to ask, if not the one that serves; it has to be loaded.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = model_version)]
    model: Option<ModelVersion>,
}

/// Recognises a drawing and shows what the answer rests on.
///
/// The network sees the drawing 25 times more, each time without the strokes in a window of 8 × 8 pixels. The attribution
/// of a pixel is how much the evidence for the predicted digit falls, on average over the windows that cover the pixel.
/// (Zeiler and Fergus, *Visualizing and Understanding Convolutional Networks*, 2014.) That a stroke is missing is
/// evidence, too, but no window shows it. Nothing is kept.
#[utoipa::path(
    post, path = "/explain", tag = "Recognise", params(Options),
    responses((status = OK, description = "What the drawing was taken for, and why", body = Explanation)),
)]
async fn explain(
    State(api): State<Arc<Api>>,
    Query(options): Query<Options>,
    SubmittedDrawing(drawing): SubmittedDrawing,
) -> Result<Json<Explanation>, ApiError> {
    Ok(Json(api.model.explain(drawing.input(), options.model.as_deref()).await?))
}

/// Shows what the answer to a recorded drawing rests on.
///
/// As of `POST /explain`, for the bitmap that was recorded. It is asked anew, of the version that serves now or that is
/// named, which may be another than the one that answered then. What is asked about are pixels, so that
/// `too_small`, which is said of a drawing, is never the reason.
#[utoipa::path(
    get, path = "/api/v1/predictions/{id}/attribution", tag = "History", params(PredictionId, Options),
    responses((status = OK, description = "What the drawing is taken for, and why", body = Explanation)),
)]
async fn explain_recorded(
    State(api): State<Arc<Api>>,
    PredictionId(id): PredictionId,
    Query(options): Query<Options>,
) -> Result<Json<Explanation>, ApiError> {
    let bitmap = api.store.bitmap(id).await?.ok_or_else(unknown_prediction)?;
    Ok(Json(api.model.explain(&Input::pixels(bitmap), options.model.as_deref()).await?))
}

//! `POST /explain`: what a drawing is taken for, and what that rests on.

use super::predict::{answer, asked};
use crate::Model;
use axum::{Json, extract::State};
use network::ModelVersion;
use serde::Deserialize;
use service::{ApiError, Documented, DrawingInput, Query, empty_as_none, parameters::model_version};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Code, Explanation};

pub(super) fn router() -> OpenApiRouter<Model> {
    let documented =
        routes!(explain).takes_a_drawing(&[Code::InvalidQuery, Code::UnknownModel, Code::ModelUnavailable]);
    OpenApiRouter::new().routes(documented)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Options {
    /// The version to ask, if not the one that serves; it has to be loaded.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = model_version)]
    model: Option<ModelVersion>,
}

/// Recognises a drawing and shows what the answer rests on.
///
/// The network sees the drawing 25 times more, each time without the strokes in a window of 8 × 8 pixels. The attribution
/// of a pixel is how much the evidence for the predicted digit falls, on average over the windows that cover the pixel.
/// (Zeiler and Fergus, *Visualizing and Understanding Convolutional Networks*, 2014.) That a stroke is missing is
/// evidence, too, but no window shows it.
#[utoipa::path(
    post, path = "/explain", tag = "Recognise", params(Options),
    responses((status = OK, description = "What the drawing was taken for, and why", body = Explanation)),
)]
async fn explain(
    State(model): State<Model>,
    Query(options): Query<Options>,
    DrawingInput(input): DrawingInput,
) -> Result<Json<Explanation>, ApiError> {
    let network = asked(&model, options.model.as_ref())?;
    let (preprocessed, classification, attribution) = model.engine.explain(network.clone(), input).await?;
    Ok(Json(Explanation { answer: answer(&network, preprocessed, &classification), attribution }))
}

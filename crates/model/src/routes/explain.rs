//! `POST /explain`: the prediction for a drawing, and its attribution to the pixels.

use super::answer::{answer, requested_version};
use crate::Model;
use axum::{Json, extract::State};
use service::{ApiError, Documented, DrawingInput, ModelQuery, Query};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::Explanation;

pub(super) fn router() -> OpenApiRouter<Model> {
    OpenApiRouter::new().routes(routes!(explain).takes_a_drawing(&[]))
}

/// Recognises a drawing and explains the prediction.
///
/// The network also classifies the drawing 25 times without the strokes in a window of 8 × 8 pixels. The attribution of
/// a pixel is the fall of the evidence for the predicted digit, averaged over the windows that cover the pixel (Zeiler
/// and Fergus, *Visualizing and Understanding Convolutional Networks*, 2014). The absence of a stroke is evidence, too,
/// but no window shows it.
#[utoipa::path(
    post, path = "/explain", tag = "Recognise", params(ModelQuery),
    responses((status = OK, description = "The prediction and its attribution", body = Explanation)),
)]
async fn explain(
    State(model): State<Model>,
    Query(query): Query<ModelQuery>,
    DrawingInput(input): DrawingInput,
) -> Result<Json<Explanation>, ApiError> {
    let network = requested_version(&model, query.model.as_ref())?;
    let (preprocessed, classification, attribution) = model.engine.explain(network.clone(), input).await?;
    Ok(Json(Explanation { answer: answer(&network, preprocessed, &classification), attribution }))
}

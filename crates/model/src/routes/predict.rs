//! `POST /predict`: the prediction for a drawing.

use super::answer::{answer, requested_version};
use crate::Model;
use axum::{Json, extract::State, routing::post};
use serde::Deserialize;
use service::{ApiError, Documented, DrawingInput, Include, ModelQuery, Query, empty_as_none, parameters::include};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::Answer;

pub(super) fn router() -> OpenApiRouter<Model> {
    OpenApiRouter::new().routes(routes!(predict).takes_a_drawing(&[])).route("/predict/", post(predict))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Options {
    /// An addition to the response: `bitmap`, the pixels that the network classified.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = include)]
    include: Option<Include>,
}

/// Recognises a drawing.
///
/// Any drawing with foreground gets a prediction and a verdict. If the verdict is `not_a_digit`, the response
/// has a reason, and the prediction is only the most similar digit.
#[utoipa::path(
    post, path = "/predict", tag = "Recognise", params(Options, ModelQuery),
    responses((status = OK, description = "The prediction", body = Answer)),
)]
async fn predict(
    State(model): State<Model>,
    Query(options): Query<Options>,
    Query(query): Query<ModelQuery>,
    DrawingInput(input): DrawingInput,
) -> Result<Json<Answer>, ApiError> {
    let network = requested_version(&model, query.model.as_ref())?;
    let (preprocessed, classification) = model.engine.recognise(network.clone(), input).await?;
    let mut answer = answer(&network, preprocessed, &classification);
    if options.include.is_none() {
        answer.bitmap = None;
    }
    Ok(Json(answer))
}

//! `POST /predict`: what a drawing is taken for.

use crate::{Model, Served};
use axum::{Json, extract::State, routing::post};
use digit::Reason;
use digit::{Digit, preprocessing::Preprocessed};
use network::{Classification, ModelVersion};
use serde::Deserialize;
use service::{
    ApiError, Documented, DrawingInput, Include, Query, empty_as_none,
    parameters::{include, model_version},
};
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Answer, Code, Verdict};

pub(super) fn router() -> OpenApiRouter<Model> {
    let documented =
        routes!(predict).takes_a_drawing(&[Code::InvalidQuery, Code::UnknownModel, Code::ModelUnavailable]);
    OpenApiRouter::new().routes(documented).route("/predict/", post(predict))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Options {
    /// An addition to the answer: `bitmap`, which the network saw.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = include)]
    include: Option<Include>,
    /// The version to ask, if not the one that serves; it has to be loaded.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = model_version)]
    model: Option<ModelVersion>,
}

/// Recognises a drawing.
///
/// Whatever shows ink gets an answer with a verdict. Where that is `not_a_digit`, there is a reason, and the prediction
/// is only the digit that the drawing is most like.
#[utoipa::path(
    post, path = "/predict", tag = "Recognise", params(Options),
    responses((status = OK, description = "What the drawing was taken for", body = Answer)),
)]
async fn predict(
    State(model): State<Model>,
    Query(options): Query<Options>,
    DrawingInput(input): DrawingInput,
) -> Result<Json<Answer>, ApiError> {
    let network = asked(&model, options.model.as_ref())?;
    let (preprocessed, classification) = model.engine.recognise(network.clone(), input).await?;
    let mut answer = answer(&network, preprocessed, &classification);
    if options.include.is_none() {
        answer.bitmap = None;
    }
    Ok(Json(answer))
}

/// The version that a client asks for.
pub(super) fn asked(model: &Model, version: Option<&ModelVersion>) -> Result<Arc<Served>, ApiError> {
    let Some(version) = version else { return Ok(model.registry.serving()) };
    model.registry.find(version).ok_or_else(|| {
        let loaded: Vec<String> = model.registry.all().iter().map(|served| served.card().version.to_string()).collect();
        ApiError::new(Code::UnknownModel, format!("{version} is not loaded. These are: {}.", loaded.join(", ")))
    })
}

/// What is said of a drawing, with the bitmap that the network saw.
pub(super) fn answer(network: &Served, preprocessed: Preprocessed, classification: &Classification) -> Answer {
    let Classification { probabilities, rejection, .. } = *classification;
    let (prediction, confidence) = Digit::most_probable(&probabilities);
    let reason = if preprocessed.is_too_small { Some(Reason::TooSmall) } else { rejection };
    Answer {
        prediction,
        confidence,
        probabilities,
        verdict: if reason.is_some() { Verdict::NotADigit } else { Verdict::Digit },
        reason,
        model: network.card().version.to_string(),
        bitmap: Some(preprocessed.bitmap),
    }
}

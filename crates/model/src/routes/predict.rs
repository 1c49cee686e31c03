//! `POST /predict`: what a drawing is taken for.

use crate::{Model, Served};
use axum::{Json, extract::State, routing::post};
use digit::{
    Digit,
    ink::Ink,
    wire::{Answer, Code, Reason, Verdict},
};
use network::{Classification, ModelVersion};
use serde::Deserialize;
use service::{Documented, Failure, Params, Posted, empty_as_none, parameters::model_version};
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn router() -> OpenApiRouter<Model> {
    let documented =
        routes!(predict).takes_a_drawing(&[Code::InvalidQuery, Code::UnknownModel, Code::ModelUnavailable]);
    OpenApiRouter::new().routes(documented).route("/predict/", post(predict))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Options {
    /// Whether the answer shows what the network saw.
    #[serde(default)]
    #[param(default = false)]
    explain: bool,
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
    Params(options): Params<Options>,
    Posted(input): Posted,
) -> Result<Json<Answer>, Failure> {
    let network = asked(&model, options.model.as_ref())?;
    let (ink, classification) = model.engine.recognise(network.clone(), input).await?;
    let mut answer = answer(&network, ink, &classification);
    if !options.explain {
        answer.bitmap = None;
    }
    Ok(Json(answer))
}

/// The version that a client asks for.
pub(super) fn asked(model: &Model, version: Option<&ModelVersion>) -> Result<Arc<Served>, Failure> {
    let Some(version) = version else { return Ok(model.registry.serving()) };
    model.registry.find(version).ok_or_else(|| {
        let loaded: Vec<String> = model.registry.all().iter().map(|served| served.card().version.to_string()).collect();
        Failure::new(Code::UnknownModel, format!("{version} is not loaded. These are: {}.", loaded.join(", ")))
    })
}

/// What is said of a drawing, with the bitmap that the network saw.
pub(super) fn answer(network: &Served, ink: Ink, classification: &Classification) -> Answer {
    let Classification { probabilities, stranger, .. } = *classification;
    let (prediction, confidence) = Digit::most_probable(&probabilities);
    let reason = if ink.is_scant { Some(Reason::TooLittleInk) } else { stranger };
    Answer {
        prediction,
        confidence,
        probabilities,
        verdict: if reason.is_some() { Verdict::NotADigit } else { Verdict::Digit },
        reason,
        model: network.card().version.to_string(),
        bitmap: Some(ink.bitmap),
    }
}

//! `POST /predict`: what a drawing is taken for.

use crate::{Model, Served};
use axum::{Json, Router, extract::State, routing::post};
use digit::{
    Digit,
    ink::Ink,
    wire::{Answer, Code, Reason, Verdict},
};
use network::{Classification, ModelVersion};
use serde::Deserialize;
use service::{Failure, Params, Posted};
use std::sync::Arc;

pub(super) fn router() -> Router<Model> {
    Router::new().route("/predict", post(predict)).route("/predict/", post(predict))
}

#[derive(Debug, Deserialize)]
struct Options {
    /// Whether the answer shows what the network saw.
    #[serde(default)]
    explain: bool,
    /// The version to ask, if not the one that serves.
    model: Option<ModelVersion>,
}

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
fn asked(model: &Model, version: Option<&ModelVersion>) -> Result<Arc<Served>, Failure> {
    let Some(version) = version else { return Ok(model.registry.serving()) };
    model.registry.find(version).ok_or_else(|| {
        let loaded: Vec<String> = model.registry.all().iter().map(|served| served.card().version.to_string()).collect();
        Failure::new(Code::UnknownModel, format!("{version} is not loaded. These are: {}.", loaded.join(", ")))
    })
}

fn answer(network: &Served, ink: Ink, classification: &Classification) -> Answer {
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

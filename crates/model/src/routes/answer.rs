//! The common parts of `/predict` and `/explain`: finding the requested version, and building the response.

use crate::{Model, Served};
use digit::{Digit, Reason, preprocessing::Preprocessed};
use network::{Classification, ModelVersion};
use service::ApiError;
use std::sync::Arc;
use wire::{Answer, Code, Verdict};

/// Returns the version that a client requests, or the one that serves.
pub(super) fn requested_version(model: &Model, version: Option<&ModelVersion>) -> Result<Arc<Served>, ApiError> {
    let Some(version) = version else { return Ok(model.registry.serving()) };
    model.registry.find(version).ok_or_else(|| {
        let loaded: Vec<String> = model.registry.all().iter().map(|served| served.card().version.to_string()).collect();
        let detail = format!("{version} is not loaded. Loaded versions: {}.", loaded.join(", "));
        ApiError::new(Code::UnknownModel, detail)
    })
}

/// Returns the prediction for a drawing, with the bitmap that the network classified.
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

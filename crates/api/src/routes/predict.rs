//! `POST /predict`: what a drawing is taken for, kept unless it is a preview.

use crate::{Api, store::NewPrediction};
use axum::{Json, Router, extract::State, routing::post};
use digit::wire::{Outcome, Source};
use serde::Deserialize;
use service::{Failure, Params, Posted};

pub(super) fn router() -> Router<Api> {
    Router::new().route("/predict", post(predict)).route("/predict/", post(predict))
}

#[derive(Debug, Deserialize)]
struct Options {
    /// Whether to answer without keeping anything.
    #[serde(default)]
    preview: bool,
    /// Whether the answer shows what the network saw.
    #[serde(default)]
    explain: bool,
    /// Where the drawing comes from.
    #[serde(default)]
    source: Source,
}

async fn predict(
    State(api): State<Api>,
    Params(options): Params<Options>,
    Posted(input): Posted,
) -> Result<Json<Outcome>, Failure> {
    let (mut answer, bitmap) = api.model.answer(&input).await?;
    let id = if options.preview {
        None
    } else {
        let new = NewPrediction { answer: &answer, bitmap: &bitmap, input: &input, source: options.source };
        Some(api.store.record(new).await?)
    };
    answer.bitmap = options.explain.then_some(bitmap);
    Ok(Json(Outcome { id, answer, saved: id.is_some() }))
}

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
    /// The version of the model to ask, if not the one that serves.
    model: Option<String>,
}

async fn predict(
    State(api): State<Api>,
    Params(options): Params<Options>,
    Posted(input): Posted,
) -> Result<Json<Outcome>, Failure> {
    let (mut answer, bitmap) = api.model.answer(&input, options.model.as_deref()).await?;
    let id = if options.preview {
        None
    } else {
        let new = NewPrediction::new(answer.clone(), bitmap.clone(), input, options.source);
        Some(api.store.record(new).await?)
    };
    answer.bitmap = options.explain.then_some(bitmap);
    Ok(Json(Outcome { id, answer, saved: id.is_some() }))
}

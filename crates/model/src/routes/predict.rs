//! `POST /predict`: what a drawing is taken for.

use crate::Engine;
use axum::{Json, Router, extract::State, routing::post};
use digit::wire::Answer;
use serde::Deserialize;
use service::{Failure, Params, Posted};

pub(super) fn router() -> Router<Engine> {
    Router::new().route("/predict", post(predict)).route("/predict/", post(predict))
}

#[derive(Debug, Deserialize)]
struct Options {
    /// Whether the answer shows what the network saw.
    #[serde(default)]
    explain: bool,
}

async fn predict(
    State(engine): State<Engine>,
    Params(options): Params<Options>,
    Posted(input): Posted,
) -> Result<Json<Answer>, Failure> {
    let mut answer = engine.answer(input).await?;
    if !options.explain {
        answer.bitmap = None;
    }
    Ok(Json(answer))
}

//! `GET /`, `/livez` and `/readyz`: what this is and how it fares.

use crate::{Engine, EngineError};
use axum::{Json, Router, extract::State, routing::get};
use serde_json::{Value, json};
use service::Failure;

pub(super) fn router() -> Router<Engine> {
    Router::new().route("/", get(about)).route("/livez", get(livez)).route("/readyz", get(readyz))
}

async fn about(State(engine): State<Engine>) -> Json<Value> {
    Json(json!({
        "name": "digits model service",
        "version": env!("CARGO_PKG_VERSION"),
        "model": engine.card().version,
        "links": { "predict": "/predict", "live": "/livez", "ready": "/readyz" },
    }))
}

async fn livez() -> &'static str {
    "ok\n"
}

async fn readyz(State(engine): State<Engine>) -> Result<&'static str, Failure> {
    if engine.is_alive() { Ok("ok\n") } else { Err(EngineError::Ended.into()) }
}

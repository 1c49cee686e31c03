//! `GET /`, `/livez` and `/readyz`: what this is and how it fares.

use crate::{Engine, EngineError};
use axum::{Json, Router, extract::State, routing::get};
use digit::wire::About;
use service::Failure;

pub(super) fn router() -> Router<Engine> {
    Router::new().route("/", get(about)).route("/livez", get(livez)).route("/readyz", get(readyz))
}

async fn about(State(engine): State<Engine>) -> Json<About> {
    let links = [("predict", "/predict"), ("live", "/livez"), ("ready", "/readyz")];
    Json(About {
        name: "digits model service".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        model: engine.card().version.to_string(),
        links: links.map(|(name, path)| (name.to_owned(), path.to_owned())).into(),
    })
}

async fn livez() -> &'static str {
    "ok\n"
}

async fn readyz(State(engine): State<Engine>) -> Result<&'static str, Failure> {
    if engine.is_alive() { Ok("ok\n") } else { Err(EngineError::Ended.into()) }
}

//! `GET /`, `/livez` and `/readyz`: what this is and how it fares.

use crate::Model;
use axum::{Json, Router, extract::State, routing::get};
use digit::wire::About;
use service::Failure;

pub(super) fn router() -> Router<Model> {
    Router::new().route("/", get(about)).route("/livez", get(livez)).route("/readyz", get(readyz))
}

async fn about(State(model): State<Model>) -> Json<About> {
    let links = [("predict", "/predict"), ("live", "/livez"), ("ready", "/readyz"), ("inference_protocol", "/v2")];
    Json(About {
        name: "digits model service".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        model: model.registry.serving().card().version.to_string(),
        links: links.map(|(name, path)| (name.to_owned(), path.to_owned())).into(),
    })
}

pub(super) async fn livez() -> &'static str {
    "ok\n"
}

/// A service that answers has a model that is loaded and warm.
pub(super) async fn readyz(State(model): State<Model>) -> Result<&'static str, Failure> {
    model.readiness.check()?;
    Ok("ok\n")
}

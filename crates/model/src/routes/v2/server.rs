//! `GET /v2` and `/v2/health/…`: what this server is, what it can do and how it fares.

use crate::{
    Model,
    routes::about::{livez, readyz},
};
use axum::{Json, Router, routing::get};
use serde::Serialize;

pub(super) fn router() -> Router<Model> {
    Router::new()
        .route("/v2", get(server))
        .route("/v2/", get(server))
        .route("/v2/health/live", get(livez))
        .route("/v2/health/ready", get(readyz))
}

#[derive(Serialize)]
struct Server {
    name: &'static str,
    version: &'static str,
    extensions: [&'static str; 4],
}

async fn server() -> Json<Server> {
    let extensions = ["binary_tensor_data", "model_configuration", "model_repository", "statistics"];
    Json(Server { name: "digits model service", version: env!("CARGO_PKG_VERSION"), extensions })
}

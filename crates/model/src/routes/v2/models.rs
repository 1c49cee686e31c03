//! `GET /v2/models/{model}`: what a model takes and gives, and whether it is ready.

use super::{asked::Asked, stats};
use crate::{
    Model,
    protocol::{Configuration, Metadata},
};
use axum::{Json, Router, extract::State, routing::get};

/// The addresses of a model.
pub(super) fn router(model: &str) -> Router<Model> {
    Router::new()
        .route(model, get(metadata))
        .route(&format!("{model}/ready"), get(ready))
        .route(&format!("{model}/config"), get(configuration))
        .route(&format!("{model}/stats"), get(stats::of_one))
}

async fn metadata(asked: Asked) -> Json<Metadata> {
    let versions = asked.versions.iter().map(|served| served.card().version.to_string()).collect();
    Json(Metadata::new(asked.name, versions))
}

/// A model that is loaded is ready: it was run before it was put where requests find it.
async fn ready(_: Asked) {}

async fn configuration(State(model): State<Model>, asked: Asked) -> Json<Configuration> {
    Json(Configuration::new(asked.name, model.engine.largest_job()))
}

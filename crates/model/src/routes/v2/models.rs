//! `GET /v2/models/{model}`: what a model takes and gives, and whether it is ready.

use super::{asked::Asked, failure::refuses, stats, versions::with_versions};
use crate::{
    Model,
    protocol::{Configuration, Metadata},
};
use axum::{Json, extract::State};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouter},
    routes,
};
use wire::Code;

/// The addresses of a model.
pub(super) fn router() -> OpenApiRouter<Model> {
    let of_a_model = |routes: UtoipaMethodRouter<Model>| with_versions(refuses(routes, &[Code::UnknownModel]));
    OpenApiRouter::new()
        .merge(of_a_model(routes!(metadata)))
        .merge(of_a_model(routes!(ready)))
        .merge(of_a_model(routes!(configuration)))
        .merge(of_a_model(routes!(stats::of_one)))
}

/// Tells the tensors of a model: what it takes and gives.
#[utoipa::path(
    get, path = "/v2/models/{model}", tag = "Models",
    responses((status = OK, description = "The model's versions and tensors", body = Metadata)),
)]
async fn metadata(asked: Asked) -> Json<Metadata> {
    let versions = asked.versions.iter().map(|served| served.card().version.to_string()).collect();
    Json(Metadata::new(asked.name, versions))
}

/// Tells the readiness of a model.
///
/// One that is loaded is ready: it was run before it was put where requests find it.
#[utoipa::path(
    get, path = "/v2/models/{model}/ready", operation_id = "readiness", tag = "Models",
    responses((status = OK, description = "It is ready")),
)]
async fn ready(_: Asked) {}

/// Tells the configuration of a model, as far as clients of Triton read it.
#[utoipa::path(
    get, path = "/v2/models/{model}/config", tag = "Models",
    responses((status = OK, description = "The model's configuration", body = Configuration)),
)]
async fn configuration(State(model): State<Model>, asked: Asked) -> Json<Configuration> {
    Json(Configuration::new(asked.name, model.engine.largest_job()))
}

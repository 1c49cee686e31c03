//! `GET /v2/models/{model}`: the metadata, readiness and configuration of a model.

use super::{failure::refuses, requested_model::RequestedModel, stats, versions::with_versions};
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

/// The routes of a model.
pub(super) fn router() -> OpenApiRouter<Model> {
    let of_a_model = |routes: UtoipaMethodRouter<Model>| with_versions(refuses(routes, &[Code::UnknownModel]));
    OpenApiRouter::new()
        .merge(of_a_model(routes!(metadata)))
        .merge(of_a_model(routes!(ready)))
        .merge(of_a_model(routes!(configuration)))
        .merge(of_a_model(routes!(stats::of_one)))
}

/// Returns the metadata of a model: its versions, inputs and outputs.
#[utoipa::path(
    get, path = "/v2/models/{model}", tag = "Models",
    responses((status = OK, description = "The model's versions and tensors", body = Metadata)),
)]
async fn metadata(requested: RequestedModel) -> Json<Metadata> {
    let versions = requested.versions.iter().map(|served| served.card().version.to_string()).collect();
    Json(Metadata::new(requested.name, versions))
}

/// Reports the readiness of a model.
///
/// A loaded model is ready: the service warms it up before requests can find it.
#[utoipa::path(
    get, path = "/v2/models/{model}/ready", operation_id = "readiness", tag = "Models",
    responses((status = OK, description = "The model is ready")),
)]
async fn ready(_: RequestedModel) {}

/// Returns the configuration of a model: the part that Triton's clients read.
#[utoipa::path(
    get, path = "/v2/models/{model}/config", tag = "Models",
    responses((status = OK, description = "The model's configuration", body = Configuration)),
)]
async fn configuration(State(model): State<Model>, requested: RequestedModel) -> Json<Configuration> {
    Json(Configuration::new(requested.name, model.engine.largest_job()))
}

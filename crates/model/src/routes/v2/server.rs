//! `GET /v2` and `/v2/health/…`: what this server is, what it can do and how it fares.

use super::failure::refuses;
use crate::{Model, routes::about};
use axum::{Json, extract::State, routing::get};
use serde::Serialize;
use service::ApiError;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::Code;

pub(super) fn router() -> OpenApiRouter<Model> {
    OpenApiRouter::new()
        .routes(routes!(server))
        .route("/v2/", get(server))
        .routes(routes!(live))
        .routes(refuses(routes!(ready), &[Code::Stopping]))
}

#[derive(Serialize, ToSchema)]
struct Server {
    name: &'static str,
    /// The program's version.
    version: &'static str,
    /// What it can do besides the protocol itself.
    extensions: [&'static str; 4],
}

/// Tells what this server is and can do.
#[utoipa::path(
    get, path = "/v2", tag = "Operations",
    responses((status = OK, description = "Name, version and extensions", body = Server)),
)]
async fn server() -> Json<Server> {
    let extensions = ["binary_tensor_data", "model_configuration", "model_repository", "statistics"];
    Json(Server { name: "digits model service", version: env!("CARGO_PKG_VERSION"), extensions })
}

/// Tells whether the server lives.
#[utoipa::path(
    get, path = "/v2/health/live", tag = "Operations",
    responses((status = OK, description = "It does", body = String, example = "ok\n")),
)]
async fn live() -> &'static str {
    about::livez().await
}

/// Tells whether the server takes requests.
#[utoipa::path(
    get, path = "/v2/health/ready", tag = "Operations",
    responses((status = OK, description = "It does", body = String, example = "ok\n")),
)]
async fn ready(model: State<Model>) -> Result<&'static str, ApiError> {
    about::readyz(model).await
}

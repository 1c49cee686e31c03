//! `GET /v2` and `/v2/health/…`: the description and the health of the server.

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
    /// The supported extensions of the protocol.
    extensions: [&'static str; 4],
}

/// Describes the server: its name, version and extensions.
#[utoipa::path(
    get, path = "/v2", tag = "Operations",
    responses((status = OK, description = "Name, version and extensions", body = Server)),
)]
async fn server() -> Json<Server> {
    let extensions = ["binary_tensor_data", "model_configuration", "model_repository", "statistics"];
    Json(Server { name: "digits model service", version: env!("CARGO_PKG_VERSION"), extensions })
}

/// Reports whether the server is alive.
#[utoipa::path(
    get, path = "/v2/health/live", tag = "Operations",
    responses((status = OK, description = "The server is alive", body = String, example = "ok\n")),
)]
async fn live() -> &'static str {
    about::livez().await
}

/// Reports whether the server accepts requests.
#[utoipa::path(
    get, path = "/v2/health/ready", tag = "Operations",
    responses((status = OK, description = "The server accepts requests", body = String, example = "ok\n")),
)]
async fn ready(State(model): State<Model>) -> Result<&'static str, ApiError> {
    model.readiness.check()?;
    Ok("ok\n")
}

//! `GET /livez` and `/readyz`: whether the service lives, and whether all that it needs does.

use crate::Api;
use axum::extract::State;
use service::{ApiError, Documented};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::Code;

pub(super) fn router() -> OpenApiRouter<Arc<Api>> {
    let ready = routes!(readyz).refuses(&[Code::ModelUnavailable, Code::DatabaseUnavailable, Code::Stopping]);
    OpenApiRouter::new().routes(routes!(livez)).routes(ready)
}

/// Tells whether the service lives.
#[utoipa::path(
    get, path = "/livez", tag = "Operations",
    responses((status = OK, description = "It does", body = String, example = "ok\n")),
)]
async fn livez() -> &'static str {
    "ok\n"
}

/// Tells whether the service, the database and the model are ready, and whether it is about to stop.
#[utoipa::path(
    get, path = "/readyz", tag = "Operations",
    responses((status = OK, description = "All are ready", body = String, example = "ok\n")),
)]
async fn readyz(State(api): State<Arc<Api>>) -> Result<&'static str, ApiError> {
    api.readiness.check()?;
    api.store.ready().await?;
    api.model.ready().await?;
    Ok("ok\n")
}

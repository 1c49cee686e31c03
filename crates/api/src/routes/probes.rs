//! `GET /livez` and `/readyz`: liveness and readiness probes.

use crate::{
    Api,
    access::{Access, Routes},
};
use axum::extract::State;
use service::{ApiError, Documented};
use std::sync::Arc;
use utoipa_axum::routes;
use wire::Code;

pub(super) fn routes() -> Routes {
    let ready = routes!(readyz).refuses(&[Code::ModelUnavailable, Code::DatabaseUnavailable, Code::Stopping]);
    Routes::default().documented(Access::Public, routes!(livez)).documented(Access::Public, ready)
}

/// Checks that the process answers.
#[utoipa::path(
    get, path = "/livez", tag = "Operations",
    responses((status = OK, description = "The process answers", body = String, example = "ok\n")),
)]
async fn livez() -> &'static str {
    "ok\n"
}

/// Checks that the database and the model service are ready, and that the service is not about to stop.
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

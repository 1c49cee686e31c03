//! `GET /`, `/livez` and `/readyz`: the description and the health of the service.

use crate::Model;
use axum::{Json, extract::State};
use service::{ApiError, Documented};
use std::cmp::Reverse;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{About, Code, ModelReadiness};

pub(super) fn router() -> OpenApiRouter<Model> {
    let ready = routes!(readyz).refuses(&[Code::Stopping]);
    OpenApiRouter::new().routes(routes!(about)).routes(routes!(livez)).routes(ready)
}

/// Describes the service and lists its addresses.
#[utoipa::path(
    get, path = "/", tag = "Operations",
    responses((status = OK, description = "Name, versions and addresses", body = About)),
)]
async fn about(State(model): State<Model>) -> Json<About> {
    let links = [
        ("predict", "/predict"),
        ("explain", "/explain"),
        ("live", "/livez"),
        ("ready", "/readyz"),
        ("inference_protocol", "/v2"),
        ("documentation", "/docs"),
    ];
    let mut loaded = model.registry.all();
    loaded[1..].sort_by_key(|served| Reverse(served.card().trained_at));
    let loaded: Vec<String> = loaded.iter().map(|served| served.card().version.to_string()).collect();
    Json(About {
        name: "digits model service".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        model: loaded[0].clone(),
        loaded,
        links: links.map(|(name, path)| (name.to_owned(), path.to_owned())).into(),
    })
}

/// Reports whether the service is alive.
#[utoipa::path(
    get, path = "/livez", tag = "Operations",
    responses((status = OK, description = "It is alive", body = String, example = "ok\n")),
)]
pub(super) async fn livez() -> &'static str {
    "ok\n"
}

/// Reports whether the service is ready, the version that serves, and the version that is to serve.
///
/// The service loads and warms up a model before it listens, so it is ready unless it is stopping.
#[utoipa::path(
    get, path = "/readyz", tag = "Operations",
    responses((status = OK, description = "It is ready", body = ModelReadiness)),
)]
async fn readyz(State(model): State<Model>) -> Result<Json<ModelReadiness>, ApiError> {
    model.readiness.check()?;
    let serving = model.registry.serving().card().version.clone();
    Ok(Json(ModelReadiness { serving, wanted: model.registry.wanted() }))
}

//! `/api/v1/models…`: the registry of models.

use crate::{
    Api,
    access::{Access, Routes},
    extract::{Version, unknown_model},
    identity::Scope,
};
use axum::{Json, extract::State, http::header, response::IntoResponse};
use service::{ApiError, Documented};
use std::sync::Arc;
use utoipa_axum::routes;
use wire::{Code, Models, ServingModel, schema::ModelCard};

pub(super) fn routes() -> Routes {
    let access = Access::Labellers(Scope::ModelsRead);
    let unknown = [Code::UnknownModel, Code::DatabaseUnavailable];
    Routes::default()
        .documented(access, routes!(list_models).refuses(&[Code::DatabaseUnavailable]))
        .documented(access, routes!(serving_model).refuses(&unknown))
        .documented(access, routes!(model_card).refuses(&unknown))
        .documented(access, routes!(model_weights).refuses(&unknown))
}

/// Lists the models of the registry, newest first.
#[utoipa::path(
    get, path = "/api/v1/models", tag = "Models",
    responses((status = OK, description = "The models and their states", body = Models)),
)]
async fn list_models(State(api): State<Arc<Api>>) -> Result<Json<Models>, ApiError> {
    Ok(Json(Models { models: api.store.models(api.settings.trusts_everybody()).await? }))
}

/// Returns the version that serves. Each model service follows it.
#[utoipa::path(
    get, path = "/api/v1/models/serving", tag = "Models",
    responses((status = OK, description = "The version that serves", body = ServingModel)),
)]
async fn serving_model(State(api): State<Arc<Api>>) -> Result<Json<ServingModel>, ApiError> {
    let serving = api.store.serving_model().await?;
    let none = || ApiError::new(Code::UnknownModel, "The registry has no model that serves. `api model add` adds one.");
    serving.map(|version| Json(ServingModel { version })).ok_or_else(none)
}

/// Returns the card of a model: its training, calibration and accuracy.
#[utoipa::path(
    get, path = "/api/v1/models/{version}/card.json", tag = "Models", params(Version),
    responses((status = OK, description = "The card", content_type = "application/json", body = ModelCard)),
)]
async fn model_card(State(api): State<Arc<Api>>, Version(version): Version) -> Result<impl IntoResponse, ApiError> {
    let card = api.store.model_card(&version).await?.ok_or_else(unknown_model)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], card))
}

/// Returns the weights of a model, whose SHA-256 is in its card.
#[utoipa::path(
    get, path = "/api/v1/models/{version}/weights.safetensors", tag = "Models", params(Version),
    responses(
        (status = OK, description = "The weights", content_type = "application/octet-stream", body = inline(Vec<u8>)),
    ),
)]
async fn model_weights(State(api): State<Arc<Api>>, Version(version): Version) -> Result<impl IntoResponse, ApiError> {
    let weights = api.store.model_weights(&version).await?.ok_or_else(unknown_model)?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], weights))
}

//! `/v2`: the Open Inference Protocol, which Triton and other inference servers speak.
//!
//! The model `digits` stands for the version that serves, and all loaded versions are its versions. Each version is
//! also a model under its own name.

mod failure;
mod infer;
mod models;
mod repository;
mod requested_model;
mod server;
mod stats;
mod versions;

use crate::Model;
use utoipa_axum::router::OpenApiRouter;

pub(super) fn router() -> OpenApiRouter<Model> {
    OpenApiRouter::new()
        .merge(infer::router())
        .merge(models::router())
        .merge(stats::router())
        .merge(repository::router())
        .merge(server::router())
}

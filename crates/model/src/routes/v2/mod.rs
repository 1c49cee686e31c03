//! `/v2`: the Open Inference Protocol, which clients of other inference servers speak, Triton's among them.
//!
//! The model `digits` is whatever version serves, and the versions that are loaded are its versions. Each is also a
//! model under its own name.

mod asked;
mod failure;
mod infer;
mod models;
mod repository;
mod server;
mod stats;
mod versions;

pub(super) use failure::refuse_in_its_words;

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

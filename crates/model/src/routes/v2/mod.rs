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

pub(super) use failure::refuse_in_its_words;

use crate::Model;
use axum::Router;

pub(super) fn router() -> Router<Model> {
    let routes = Router::new().merge(server::router()).merge(stats::router()).merge(repository::router());
    // A model with and without a version has the same addresses.
    ["/v2/models/{model}", "/v2/models/{model}/versions/{version}"]
        .into_iter()
        .fold(routes, |routes, model| routes.merge(models::router(model)).merge(infer::router(model)))
}

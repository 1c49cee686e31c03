//! The addresses that the model service answers.

mod document;
mod predict;
mod explain;
mod answer;
mod v2;
mod about;

use crate::{Engine, Registry, Served};
use axum::{Router, middleware};
use service::{Metrics, Readiness};
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// What the handlers share.
#[derive(Debug, Clone)]
pub struct Model {
    /// Who classifies.
    pub engine: Arc<Engine<Served>>,
    /// With what.
    pub registry: Arc<Registry>,
    /// Whether the service takes requests.
    pub readiness: Readiness,
    /// Whether a caller's place in a trace is believed.
    pub trusts_trace_context: bool,
}

/// The model service, ready to be served, and what it counts in `metrics`.
pub fn app(model: Model, metrics: &mut Metrics) -> Router {
    let trusts_trace_context = model.trusts_trace_context;
    model.engine.register(metrics.registry());
    metrics.registry().register_collector(Box::new(model.registry.clone()));
    let routes = OpenApiRouter::with_openapi(document::Document::openapi())
        .merge(predict::router())
        .merge(explain::router())
        .merge(v2::router())
        .merge(about::router())
        .with_state(model);
    service::with_layers(routes, metrics, trusts_trace_context).layer(middleware::from_fn(v2::refuse_in_its_words))
}

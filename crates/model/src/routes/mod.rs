//! The routes of the model service.

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

/// The state that the handlers share.
#[derive(Debug, Clone)]
pub struct Model {
    /// Classifies bitmaps.
    pub engine: Arc<Engine<Served>>,
    /// Holds the versions of the network.
    pub registry: Arc<Registry>,
    /// Whether the service takes requests.
    pub readiness: Readiness,
    /// Whether the service continues the trace of a request's `traceparent`.
    pub trusts_trace_context: bool,
}

/// Returns the router of the model service, and registers its metrics in `metrics`.
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
    let routes = service::with_layers(routes).layer(middleware::from_fn(service::inference_errors));
    service::observed(routes, metrics, trusts_trace_context)
}

//! The addresses that the model service answers.

mod about;
mod document;
mod explain;
mod predict;
mod v2;

use crate::{Engine, Registry, Served};
use axum::{Router, middleware};
use service::{Connections, Metrics, Readiness};
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
    /// The connections that it is served on.
    pub connections: Connections,
}

/// The model service, ready to be served.
pub fn app(model: Model) -> Router {
    let mut metrics = Metrics::default();
    model.engine.register(metrics.registry());
    model.connections.register(metrics.registry());
    metrics.registry().register_collector(Box::new(model.registry.clone()));
    let routes = OpenApiRouter::with_openapi(document::Document::openapi())
        .merge(predict::router())
        .merge(explain::router())
        .merge(v2::router())
        .merge(about::router())
        .with_state(model);
    service::with_layers(routes, metrics).layer(middleware::from_fn(v2::refuse_in_its_words))
}

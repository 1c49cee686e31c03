//! The addresses that the model service answers.

mod about;
mod predict;
mod v2;

use crate::{Engine, Registry, Served};
use axum::{Router, middleware};
use service::{Metrics, Readiness};
use std::sync::Arc;

/// What the handlers share.
#[derive(Debug, Clone)]
pub struct Model {
    /// Who classifies.
    pub engine: Arc<Engine<Served>>,
    /// With what.
    pub registry: Arc<Registry>,
    /// Whether the service takes requests.
    pub readiness: Readiness,
}

/// The model service, ready to be served.
pub fn app(model: Model) -> Router {
    let mut metrics = Metrics::default();
    model.engine.register(metrics.registry());
    metrics.registry().register_collector(Box::new(model.registry.clone()));
    let routes = Router::new().merge(about::router()).merge(predict::router()).merge(v2::router()).with_state(model);
    service::with_layers(routes, metrics).layer(middleware::from_fn(v2::refuse_in_its_words))
}

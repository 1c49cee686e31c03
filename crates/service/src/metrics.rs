//! What a service counts and measures, as Prometheus reads it from `GET /metrics`.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, text::encode},
    metrics::{MetricType, counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};
use std::{
    fmt::{self, Debug, Formatter},
    sync::Arc,
};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The media type of Prometheus' text, version 1.0 of it.
const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Seconds, from what a network takes over a drawing to the longest that a request may.
const SECONDS: [f64; 16] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// A service's metrics.
#[derive(Debug)]
pub struct Metrics(Registry);

impl Default for Metrics {
    fn default() -> Self {
        Self(Registry::with_prefix("digits"))
    }
}

impl Metrics {
    /// Where a service adds what it counts besides requests.
    pub fn registry(&mut self) -> &mut Registry {
        &mut self.0
    }

    /// What answers `GET /metrics`.
    pub(crate) fn page(self) -> OpenApiRouter {
        OpenApiRouter::new().routes(routes!(metrics)).with_state(Arc::new(self.0))
    }
}

/// What the service counts and measures, for Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "Operations",
    responses((status = OK, description = "OpenMetrics text", body = String, content_type = MEDIA_TYPE)),
)]
async fn metrics(State(registry): State<Arc<Registry>>) -> Response {
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => ([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A histogram of durations.
#[must_use]
pub fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

/// How often something came to each of its outcomes.
#[derive(Debug, Clone)]
pub struct Outcomes(Family<[(&'static str, &'static str); 1], Counter>);

impl Outcomes {
    /// Counters of all outcomes that there are: those that never happened are to be seen, too.
    pub fn new(all: impl IntoIterator<Item = &'static str>) -> Self {
        let outcomes = Self(Family::default());
        for outcome in all {
            outcomes.add(outcome, 0);
        }
        outcomes
    }

    /// It came to this one so many times more.
    pub fn add(&self, outcome: &'static str, times: u64) {
        self.0.get_or_create(&[("outcome", outcome)]).inc_by(times);
    }

    /// Shows them.
    pub fn register(&self, registry: &mut Registry, name: &str, help: &str) {
        registry.register(name, help, self.0.clone());
    }
}

/// A number that is read when someone asks for the metrics.
pub struct Reading<R> {
    /// What it is called.
    pub name: &'static str,
    /// What it is.
    pub help: &'static str,
    /// Reads it.
    pub read: R,
}

impl<R> Debug for Reading<R> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reading").field(&self.name).finish()
    }
}

impl<R: Fn() -> u64 + Send + Sync + 'static> Collector for Reading<R> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut metric = encoder.encode_descriptor(self.name, self.help, None, MetricType::Gauge)?;
        metric.encode_gauge(&(self.read)())
    }
}

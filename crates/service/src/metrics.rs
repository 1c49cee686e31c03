//! The metrics of a service, in the format of Prometheus.

use crate::process_metrics::ProcessMetrics;
use prometheus_client::{
    collector::Collector,
    encoding::{
        DescriptorEncoder,
        text::{encode_eof, encode_registry},
    },
    metrics::{MetricType, counter::Counter, family::Family, gauge::ConstGauge, histogram::Histogram},
    registry::Registry,
};
use std::fmt::{self, Debug, Formatter};

/// The upper bounds of the buckets of durations, in seconds, from the latency of the network to the longest request.
const SECONDS: [f64; 16] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// The commit that this program was built from, if the build set it.
const REVISION: &str = match option_env!("DIGITS_REVISION") {
    Some(revision) if !revision.is_empty() => revision,
    _ => "unknown",
};

/// A service's metrics.
#[derive(Debug)]
pub struct Metrics {
    /// Metrics of digits, whose names begin with `digits_`.
    digits: Registry,
    /// Metrics of the process, with the names that Prometheus' client libraries use.
    process: Registry,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut digits = Registry::with_prefix("digits");
        let build = Family::<[(&str, &str); 2], ConstGauge>::new_with_constructor(|| ConstGauge::new(1));
        drop(build.get_or_create(&[("version", env!("CARGO_PKG_VERSION")), ("revision", REVISION)]));
        digits.register("build_info", "The version of the program, and the commit that it was built from", build);
        let mut process = Registry::default();
        process.register_collector(Box::new(ProcessMetrics));
        Self { digits, process }
    }
}

impl Metrics {
    /// The registry for the metrics of the service.
    pub fn registry(&mut self) -> &mut Registry {
        &mut self.digits
    }

    /// All metrics as `OpenMetrics` text.
    pub(crate) fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, &self.digits)?;
        encode_registry(&mut text, &self.process)?;
        encode_eof(&mut text)?;
        Ok(text)
    }
}

/// A histogram of durations in seconds.
#[must_use]
pub fn duration_histogram() -> Histogram {
    Histogram::new(SECONDS)
}

/// Counters by outcome.
#[derive(Debug, Clone)]
pub struct Outcomes(Family<[(&'static str, &'static str); 1], Counter>);

impl Outcomes {
    /// Counters of these outcomes. Each has the value 0 from the start, so Prometheus also sees outcomes that have not
    /// happened yet.
    pub fn new(all: impl IntoIterator<Item = &'static str>) -> Self {
        let outcomes = Self(Family::default());
        for outcome in all {
            outcomes.add(outcome, 0);
        }
        outcomes
    }

    /// Adds `times` to the counter of an outcome.
    pub fn add(&self, outcome: &'static str, times: u64) {
        self.0.get_or_create(&[("outcome", outcome)]).inc_by(times);
    }

    /// Registers the counters.
    pub fn register(&self, registry: &mut Registry, name: &str, help: &str) {
        registry.register(name, help, self.0.clone());
    }
}

/// A gauge whose value a function reads at each scrape.
pub struct CallbackGauge<R> {
    /// Its name.
    pub name: &'static str,
    /// Its help text.
    pub help: &'static str,
    /// Reads its value.
    pub read: R,
}

impl<R> Debug for CallbackGauge<R> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CallbackGauge").field(&self.name).finish()
    }
}

impl<R: Fn() -> u64 + Send + Sync + 'static> Collector for CallbackGauge<R> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut metric = encoder.encode_descriptor(self.name, self.help, None, MetricType::Gauge)?;
        metric.encode_gauge(&(self.read)())
    }
}

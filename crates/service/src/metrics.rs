//! What a service counts and measures, as Prometheus reads it.

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

/// Seconds, from what a network takes over a drawing to the longest that a request may.
const SECONDS: [f64; 16] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// The commit that this program was built from, where the build was told it.
const REVISION: &str = match option_env!("DIGITS_REVISION") {
    Some(revision) if !revision.is_empty() => revision,
    _ => "unknown",
};

/// A service's metrics.
#[derive(Debug)]
pub struct Metrics {
    /// What only digits has, under names that begin with `digits_`.
    digits: Registry,
    /// What every process has, under the names that Prometheus' own clients give it.
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
    /// Where a service adds what it counts besides requests.
    pub fn registry(&mut self) -> &mut Registry {
        &mut self.digits
    }

    /// All of them as `OpenMetrics` text.
    pub(crate) fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, &self.digits)?;
        encode_registry(&mut text, &self.process)?;
        encode_eof(&mut text)?;
        Ok(text)
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

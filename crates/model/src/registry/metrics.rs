//! The metric of versions for `GET /metrics`.

use super::Registry;
use prometheus_client::{collector::Collector, encoding::DescriptorEncoder, metrics::MetricType};

impl Collector for Registry {
    /// Reads the versions at each scrape, so that a switch is visible at once.
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> std::fmt::Result {
        let help = "The loaded versions, which one serves, and which one is to serve.";
        let mut versions = encoder.encode_descriptor("model_info", help, None, MetricType::Gauge)?;
        let mut encode = |version: &str, state| {
            versions.encode_family(&[("version", version), ("state", state)])?.encode_gauge(&1_i64)
        };
        let states = std::iter::once("serving").chain(std::iter::repeat("loaded"));
        for (served, state) in self.all().iter().zip(states) {
            encode(&served.card().version, state)?;
        }
        encode(&self.wanted(), "wanted")
    }
}

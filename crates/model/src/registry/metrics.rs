//! The metric of loaded versions for `GET /metrics`.

use super::Registry;
use prometheus_client::{collector::Collector, encoding::DescriptorEncoder, metrics::MetricType};

impl Collector for Registry {
    /// Reads the versions at each scrape, so that a switch is visible at once.
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> std::fmt::Result {
        let help = "The loaded versions, and which one serves.";
        let mut versions = encoder.encode_descriptor("model_info", help, None, MetricType::Gauge)?;
        let states = std::iter::once("serving").chain(std::iter::repeat("loaded"));
        for (served, state) in self.all().iter().zip(states) {
            let labels = [("version", served.card().version.as_str()), ("state", state)];
            versions.encode_family(&labels)?.encode_gauge(&1_i64)?;
        }
        Ok(())
    }
}

//! Which versions are loaded, for `GET /metrics`.

use super::Registry;
use prometheus_client::{collector::Collector, encoding::DescriptorEncoder, metrics::MetricType};

impl Collector for Registry {
    /// Reads them when someone asks, so that a switch shows at once.
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> std::fmt::Result {
        let help = "The versions that are loaded, and which one serves.";
        let mut versions = encoder.encode_descriptor("model_info", help, None, MetricType::Gauge)?;
        let states = std::iter::once("serving").chain(std::iter::repeat("loaded"));
        for (served, state) in self.all().iter().zip(states) {
            let labels = [("version", served.card().version.as_str()), ("state", state)];
            versions.encode_family(&labels)?.encode_gauge(&1_i64)?;
        }
        Ok(())
    }
}

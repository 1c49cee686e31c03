//! What the configuration decides about requests.

use crate::{Config, PublicUrl, TrustedProxy};

/// The settings that handlers and layers read.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Whether the service continues the traces of its callers.
    pub trusts_trace_context: bool,
    /// The address at which people reach the service.
    pub public_url: Option<PublicUrl>,
    /// The reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<TrustedProxy>,
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        Self {
            trusts_trace_context: config.telemetry.trust_trace_context,
            public_url: config.public_url.clone(),
            trusted_proxies: config.trusted_proxies.clone(),
        }
    }
}

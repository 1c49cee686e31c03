//! What the configuration decides about requests.

use crate::{ApiAccess, Config, PublicUrl, TrustedProxy};
use anyhow::bail;
use clap::Args;
use reqwest::Url;

/// The settings that handlers and layers read.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Whether the service continues the traces of its callers.
    pub trusts_trace_context: bool,
    /// Whether the service distinguishes its callers.
    pub access: ApiAccess,
    /// Whether visitors, accounts and addresses may send only so many requests.
    pub has_rate_limits: bool,
    /// The address at which people reach the service.
    pub public_url: Option<PublicUrl>,
    /// Who runs the service, for the page about privacy.
    pub operator: Operator,
    /// The reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<TrustedProxy>,
}

/// What the page about privacy says of the operator.
#[derive(Debug, Clone, Default, Args)]
pub struct Operator {
    /// Name of the person or organisation that runs this service, for the page /privacy.
    #[arg(long, env = "OPERATOR_NAME")]
    pub operator_name: Option<String>,
    /// Address at which people reach the operator, such as an e-mail address, for the page /privacy.
    #[arg(long, env = "CONTACT")]
    pub contact: Option<String>,
    /// Address of a page with the legal notice, for the page /privacy.
    #[arg(long, env = "IMPRINT_URL")]
    pub imprint_url: Option<Url>,
    /// Days for which backups hold what was deleted, for the page /privacy.
    #[arg(long, env = "BACKUP_DAYS")]
    pub backup_days: Option<u32>,
}

impl Config {
    /// The settings of a service with this configuration. It warns if everybody who reaches the service may do everything.
    ///
    /// # Errors
    /// When accounts need the public address, which is not set.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        let is_loopback = self.listen.ip().is_loopback();
        match self.access {
            ApiAccess::Accounts if !is_loopback && self.public_url.is_none() => bail!(
                "set PUBLIC_URL to the address that people use, such as https://digits.example: with \
                 API_ACCESS=accounts, cookies and links depend on it"
            ),
            ApiAccess::Open if !is_loopback => tracing::warn!(
                listen = %self.listen,
                "API_ACCESS is open: everybody who reaches this address sees, labels and exports all drawings. Set \
                 API_ACCESS=accounts if it is not a private network"
            ),
            _ => {}
        }
        Ok(Settings {
            trusts_trace_context: self.telemetry.trust_trace_context,
            access: self.access,
            has_rate_limits: self.rate_limits.unwrap_or(self.access == ApiAccess::Accounts),
            public_url: self.public_url.clone(),
            operator: self.operator.clone(),
            trusted_proxies: self.trusted_proxies.clone(),
        })
    }
}

//! The settings that handlers and layers read.

use crate::{ByteSize, PublicUrl, ServiceTokenFile, TrustedProxy};
use clap::{Args, ValueEnum, builder::PossibleValue};
use url::Url;

/// Whether the service distinguishes its callers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ApiAccess {
    /// Everybody may do everything. The last label of a drawing counts.
    #[default]
    Open,
    /// Visitors see their own drawings; labellers and operators log in; programs have API tokens.
    Accounts,
}

/// The decision about a trained model that is better than the one that serves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Promotion {
    /// An operator promotes it.
    #[default]
    Manual,
    /// It serves at once.
    Auto,
}

/// The settings that handlers and layers read.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Whether the service continues the traces of its callers.
    pub trusts_trace_context: bool,
    /// Whether the service distinguishes its callers.
    pub access: ApiAccess,
    /// Whether visitors, accounts and addresses may send only so many requests.
    pub has_rate_limits: bool,
    /// The largest total of all stored inputs.
    pub storage_limit: Option<ByteSize>,
    /// The address at which people reach the service.
    pub public_url: Option<PublicUrl>,
    /// The operator of the service, for the page about privacy.
    pub operator: Operator,
    /// The reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<TrustedProxy>,
    /// The tokens of the model service and the trainer.
    pub service_tokens: ServiceTokenFile,
    /// Whether everybody sees the bitmaps of drawings in the gallery.
    pub has_public_gallery: bool,
    /// The number of days after which drawings are deleted; `None` keeps them.
    pub retention_days: Option<u16>,
    /// The decision about a trained model that is better than the one that serves.
    pub promotion: Promotion,
}

impl Settings {
    /// Whether all drawings and labels count as those of operators, because nobody has an account.
    pub(crate) fn trusts_everybody(&self) -> bool {
        self.access == ApiAccess::Open
    }

    /// The settings that operators see, by the names of their variables; `None` if one is not set. None is a secret.
    pub(crate) fn in_force(&self) -> Vec<(&'static str, Option<String>)> {
        let Operator { operator_name, contact, imprint_url, backup_days } = &self.operator;
        let proxies: Vec<_> = self.trusted_proxies.iter().map(ToString::to_string).collect();
        let name = |value: Option<PossibleValue>| value.map(|value| value.get_name().to_owned());
        vec![
            ("API_ACCESS", name(self.access.to_possible_value())),
            ("RATE_LIMITS", Some(self.has_rate_limits.to_string())),
            ("STORAGE_LIMIT", text(self.storage_limit.as_ref())),
            ("RETENTION_DAYS", text(self.retention_days.as_ref())),
            ("PUBLIC_GALLERY", Some(self.has_public_gallery.to_string())),
            ("PROMOTION", name(self.promotion.to_possible_value())),
            ("PUBLIC_URL", self.public_url.as_ref().map(|url| url.with_path(""))),
            ("TRUSTED_PROXIES", Some(proxies.join(", ")).filter(|proxies| !proxies.is_empty())),
            ("OPERATOR_NAME", operator_name.clone()),
            ("CONTACT", contact.clone()),
            ("IMPRINT_URL", text(imprint_url.as_ref())),
            ("BACKUP_DAYS", text(backup_days.as_ref())),
            ("TRUST_TRACE_CONTEXT", Some(self.trusts_trace_context.to_string())),
        ]
    }
}

fn text(value: Option<&impl ToString>) -> Option<String> {
    value.map(ToString::to_string)
}

/// The operator of the service, as the page about privacy states it.
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

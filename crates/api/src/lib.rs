//! The web service: the page, predictions, labels and history.
//!
//! It sends drawings to the model services ([`ModelClient`]) and records submissions in PostgreSQL ([`Store`]). `routes`
//! are the HTTP API, `pages` are HTML with `messages` in several languages; [`app`] combines both.

mod access;
mod app;
mod client_address;
mod commands;
mod compression;
mod config;
mod error;
mod extract;
mod host_check;
mod idempotency;
mod identity;
mod messages;
pub mod metadata;
mod model_client;
mod pages;
mod public_url;
mod random_uuid;
mod routes;
mod secret;
mod secret_cookie;
mod settings;
mod store;
mod strip_metadata;
mod submission;

pub use app::{app, registered_routes};
pub use client_address::{TrustedProxy, TrustedProxyError};
pub use commands::{TokenCommand, UserCommand, run_token_command, run_user_command};
pub use config::{Command, Config};
pub use identity::{Role, Scope};
pub use model_client::{ModelAddress, ModelAddressError, ModelClient, ModelError};
pub use public_url::{PublicUrl, PublicUrlError};
pub use settings::{ApiAccess, Operator, Settings};
pub use store::{
    Deletion, ExportError, ExportedPrediction, Filter, Portions, QualityScope, ServiceRole, Snapshot, Store,
    StoreError, migrate,
};
pub use strip_metadata::{StripProgress, strip_metadata};

use access::{LoginDelays, Passwords, RateLimits};
use service::Readiness;
use std::sync::Arc;

/// The state that handlers share.
#[derive(Debug, Clone)]
pub struct Api {
    store: Store,
    model: ModelClient,
    readiness: Readiness,
    settings: Arc<Settings>,
    passwords: Passwords,
    logins: LoginDelays,
    /// `None` if there are no limits.
    rate_limits: Option<Arc<RateLimits>>,
}

impl Api {
    /// The state of a service with this database, model service and configuration, within a Tokio runtime.
    #[must_use]
    pub fn new(store: Store, model: ModelClient, readiness: Readiness, settings: Settings) -> Self {
        let (passwords, logins) = (Passwords::default(), LoginDelays::default());
        let rate_limits = settings.has_rate_limits.then(RateLimits::start);
        Self { store, model, readiness, settings: Arc::new(settings), passwords, logins, rate_limits }
    }
}

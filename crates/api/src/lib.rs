//! The web service: the page, predictions, labels and history.
//!
//! It sends drawings to the model services ([`ModelClient`]) and records submissions in PostgreSQL ([`Store`]). `routes`
//! are the HTTP API, `pages` are HTML with `messages` in several languages; [`app`] combines both.

mod access;
mod app;
mod byte_size;
mod client_address;
mod commands;
mod compression;
mod config;
mod doctor;
mod error;
mod extract;
mod host_check;
mod idempotency;
mod identity;
mod import;
mod messages;
pub mod metadata;
mod model_client;
mod model_command;
mod model_files;
mod pages;
mod public_url;
mod random_uuid;
mod routes;
mod secret_cookie;
mod sequential_test;
mod settings;
mod shadow;
mod store;
mod strip_metadata;
mod submission;

pub use access::ServiceTokenFile;
pub use app::{app, registered_routes};
pub use byte_size::{ByteSize, ByteSizeError};
pub use client_address::{TrustedProxy, TrustedProxyError};
pub use commands::{TokenCommand, UserCommand, run_prune_command, run_token_command, run_user_command};
pub use config::{Command, Config};
pub use doctor::run_doctor_command;
pub use identity::{Role, Scope};
pub use import::{ImportOptions, run_import_command};
pub use model_client::{ModelAddress, ModelAddressError, ModelClient, ModelError};
pub use model_command::{ModelCommand, run_model_command};
pub use model_files::ModelFiles;
pub use public_url::{PublicUrl, PublicUrlError};
pub use settings::{ApiAccess, Operator, Promotion, Settings};
pub use store::{
    Deletion, ExportError, ExportedPrediction, Filter, ModelEventError, Portion, Portions, QualityScope, ServiceRole,
    Snapshot, Store, StoreError, migrate,
};
pub use strip_metadata::{StripProgress, strip_metadata};

use access::{LoginDelays, Passwords, RateLimits, Refusals};
use service::Readiness;
use shadow::Shadows;
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
    refusals: Refusals,
}

impl Api {
    /// The state of a service with this database, model service and configuration, within a Tokio runtime.
    #[must_use]
    pub fn new(store: Store, model: ModelClient, readiness: Readiness, settings: Settings) -> Self {
        let (passwords, logins) = (Passwords::default(), LoginDelays::default());
        let rate_limits = settings.has_rate_limits.then(RateLimits::start);
        if settings.access == ApiAccess::Accounts {
            store.start_recording_settings(settings.in_force());
        }
        if let Some(days) = settings.retention_days {
            store.start_pruning(days);
        }
        Shadows::start(store.clone(), model.clone(), &settings);
        Self {
            store,
            model,
            readiness,
            settings: Arc::new(settings),
            passwords,
            logins,
            rate_limits,
            refusals: Refusals::default(),
        }
    }
}

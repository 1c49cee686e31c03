//! The web service: the page, predictions, labels and history.
//!
//! It asks the model service what a drawing is ([`ModelClient`]) and keeps what was submitted ([`Store`]). Programs use
//! `routes`, people use `pages` with their `messages`; [`app`] puts both together.

mod app;
mod compression;
mod config;
mod error;
mod extract;
mod idempotency;
mod messages;
pub mod metadata;
mod model_client;
mod model_requests;
mod pages;
mod routes;
mod store;
mod strip_metadata;
mod submission;
mod visitor;

pub use app::app;
pub use config::{Command, Config};
pub use model_client::{ModelClient, ModelError};
pub use store::{
    Deletion, ExportError, ExportedPrediction, Filter, Portions, QualityScope, ServiceRole, Snapshot, Store,
    StoreError, migrate,
};
pub use strip_metadata::{StripProgress, strip_metadata};

use service::Readiness;

/// What every handler works with.
#[derive(Debug, Clone)]
pub struct Api {
    /// The database.
    pub store: Store,
    /// The model service.
    pub model: ModelClient,
    /// Whether the service takes requests.
    pub readiness: Readiness,
    /// Whether a caller's place in a trace is believed.
    pub trusts_trace_context: bool,
}

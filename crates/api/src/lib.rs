//! The web service: the page, predictions, labels and history.
//!
//! It asks the model service what a drawing is ([`ModelClient`]) and keeps what was submitted ([`Store`]).

mod config;
mod error;
mod idempotency;
pub mod metadata;
mod model_client;
mod model_requests;
mod routes;
mod store;
mod strip_metadata;

pub use config::{Command, Config};
pub use model_client::{ModelClient, ModelError};
pub use routes::app;
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

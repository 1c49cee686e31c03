//! The web service: the page, predictions, labels and history.
//!
//! It asks the model service what a drawing is ([`ModelClient`]) and keeps what was submitted ([`Store`]).

mod asks;
mod config;
mod error;
mod model_client;
mod routes;
mod store;

pub use config::Config;
pub use model_client::{ModelClient, ModelError};
pub use routes::app;
pub use store::{Deletion, ExportError, Filter, Judged, Kept, Portions, Snapshot, Store, StoreError};

use service::{Connections, Readiness};

/// What every handler works with.
#[derive(Debug, Clone)]
pub struct Api {
    /// The database.
    pub store: Store,
    /// The model service.
    pub model: ModelClient,
    /// Whether the service takes requests.
    pub readiness: Readiness,
    /// The connections that it is served on.
    pub connections: Connections,
}

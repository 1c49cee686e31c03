//! HTTP as both services speak it: bodies to inputs, errors to problems, routes to their documentation, and a process
//! that starts, is probed and stops.
//!
//! It knows neither the network nor the database.

mod body;
mod docs;
mod extract;
mod failure;
mod layers;
mod metrics;
mod process;

pub use body::{MAX_INPUT_BYTES, Posted};
pub use docs::{Documented, by_status, refusal};
pub use extract::{JsonBody, Params, RawBody};
pub use failure::Failure;
pub use layers::{panic_message, with_layers};
pub use metrics::Metrics;
pub use process::{Readiness, healthcheck, log_to_stderr, serve, stop_signal};

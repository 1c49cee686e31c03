//! The HTTP code of both services: extractors, problems, OpenAPI documents, metrics, logs and traces of requests,
//! connections, secrets in the configuration, and the start, probes and stop of a process.
//!
//! It depends on neither the network nor the database.

mod body;
mod connections;
mod cross_site;
mod docs;
mod error;
mod error_chain;
mod extract;
mod layers;
mod metrics;
mod monitoring;
mod open_inference;
mod priority;
mod process;
mod process_metrics;
mod request;
mod secret;
mod server;
mod telemetry;
mod trace;

pub use body::{DrawingInput, ImageForm, MAX_INPUT_BYTES};
pub use connections::{ConnectionLimits, ConnectionOptions, Connections, Peer};
pub use docs::{Documented, by_status, documentation_paths, parameters, refusal};
pub use error::ApiError;
pub use error_chain::error_chain;
pub use extract::{Include, JsonBody, ModelQuery, Query, RawBody, empty_as_none, media_type};
pub use layers::{has_large_body, observed, panic_message, with_layers};
pub use metrics::{CallbackGauge, Metrics, Outcomes, duration_histogram};
pub use monitoring::serve_metrics;
pub use open_inference::{
    INFERENCE_HEADER_CONTENT_LENGTH, InferenceError, inference_errors, inference_status, is_open_inference,
};
pub use priority::lower_priority;
pub use process::{Readiness, healthcheck, serve, stop_signal};
pub use secret::Secret;
pub use server::Server;
pub use telemetry::{CollectorError, LogFormat, Telemetry, TelemetryOptions};
pub use trace::{TRACED, TraceContext, trace_headers};

//! The model service: drawings in, digits out.
//!
//! Handlers turn a body into an input, the [`Engine`] makes bitmaps of inputs and batches of bitmaps, and the
//! [`Registry`] holds the versions of the network that classify them.

mod config;
mod engine;
mod error;
mod protocol;
mod registry;
mod routes;

pub use config::Config;
pub use engine::{Engine, EngineError, Limits, Network, Statistics};
pub use registry::{LoadError, Registry, Served, watch};
pub use routes::{Model, app};

//! The model service: drawings in, digits out.
//!
//! Handlers turn a body into an input, the [`Engine`] makes bitmaps of inputs and batches of bitmaps, and the
//! [`Registry`] holds the versions of the network that classify them. What an answer rests on is told by `occlusion`.

mod batch;
mod config;
mod engine;
mod error;
mod occlusion;
mod protocol;
mod registry;
mod routes;

pub use config::Config;
pub use engine::{Engine, EngineError, Limits, Network, Statistics};
pub use registry::{LoadError, Registry, Served, watch};
pub use routes::{Model, app};

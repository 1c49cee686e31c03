//! The model service: drawings in, digits out.
//!
//! Handlers turn a body into a bitmap; the [`Engine`]'s one thread owns the network and classifies it.

mod config;
mod engine;
mod error;
mod routes;

pub use config::Config;
pub use engine::{Engine, EngineError};
pub use routes::app;

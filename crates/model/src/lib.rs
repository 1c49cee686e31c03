//! The model service: recognises digits in drawings.
//!
//! Handlers parse a body to an input. The [`Engine`] preprocesses inputs to bitmaps and classifies them in batches. The
//! [`Registry`] holds the versions of the network; [`watch`] follows a file, [`mirror`] the registry of the api. `occlusion` computes the attribution of a prediction.

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
pub use registry::{
    LoadError, MirrorError, Registry, RegistryClient, RegistryError, RegistryToken, RegistryUrl, RegistryUrlError,
    Served, mirror, open_cache, watch,
};
pub use routes::{Model, app};

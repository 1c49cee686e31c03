//! Tests of the loaded versions, with real models on disk and a registry over HTTP.

mod fake_registry;
mod mirror;
mod models;
mod registry;

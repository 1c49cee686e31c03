//! The addresses that the model service answers.

mod about;
mod predict;

use crate::Engine;
use axum::Router;

/// The model service, ready to be served.
pub fn app(engine: Engine) -> Router {
    service::with_layers(Router::new().merge(about::router()).merge(predict::router()).with_state(engine))
}

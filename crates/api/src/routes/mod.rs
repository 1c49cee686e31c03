//! The addresses that the web service answers.

mod assets;
mod id;
mod page;
mod predict;
mod predictions;
mod probes;
mod view;
mod words;

use crate::Api;
use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
};
use service::Metrics;
use tower_http::set_header::SetResponseHeaderLayer;

/// What the page may load and who may frame it: itself, nobody.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' blob:; object-src 'none'; \
                                       base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The web service, ready to be served.
pub fn app(api: Api) -> Router {
    let mut metrics = Metrics::default();
    api.model.register(metrics.registry());
    api.store.register(metrics.registry());
    let routes = Router::new()
        .merge(page::router())
        .merge(predict::router())
        .merge(predictions::router())
        .merge(probes::router())
        .with_state(api)
        .merge(assets::router());
    service::with_layers(routes, metrics)
        .layer(always(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(header::REFERRER_POLICY, "same-origin"))
}

fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

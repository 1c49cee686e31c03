//! The web service as one router: what programs use, what people use, and the layers around both.

use crate::{Api, compression, pages, routes};
use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    middleware::from_fn,
};
use service::Metrics;
use std::sync::Arc;
use tower_http::set_header::SetResponseHeaderLayer;

/// What the page may load and who may frame it: itself, nobody.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' blob:; object-src 'none'; \
                                       base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The web service, ready to be served, and what it counts in `metrics`.
pub fn app(api: Api, metrics: &mut Metrics) -> Router {
    let trusts_trace_context = api.trusts_trace_context;
    api.model.register(metrics.registry());
    api.store.register(metrics.registry());
    // The pages and their files are for people, and no part of the interface that is documented.
    let routes = routes::router().merge(pages::router().into()).with_state(Arc::new(api));
    let routes =
        service::with_layers(routes, metrics, trusts_trace_context).layer(from_fn(pages::refused_forms_as_pages));
    compression::compressed(routes)
        .layer(unless_set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(unless_set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(unless_set(header::REFERRER_POLICY, "same-origin"))
}

/// A header of every response that does not say otherwise itself, as the page of the documentation does.
fn unless_set(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

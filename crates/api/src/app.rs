//! The web service as one router: the HTTP API, the pages, and the layers around both.

use crate::{Api, compression, pages, routes};
use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    middleware::from_fn,
};
use service::Metrics;
use std::sync::Arc;
use tower_http::set_header::SetResponseHeaderLayer;

/// A page may load only files of this origin, and no page may frame it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' blob:; object-src 'none'; \
                                       base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The router of the web service. It registers its metrics in `metrics`.
pub fn app(api: Api, metrics: &mut Metrics) -> Router {
    let trusts_trace_context = api.trusts_trace_context;
    api.model.register(metrics.registry());
    api.store.register(metrics.registry());
    // The OpenAPI document does not describe the pages and their files.
    let routes = routes::router().merge(pages::router().into()).with_state(Arc::new(api));
    let routes =
        service::with_layers(routes, metrics, trusts_trace_context).layer(from_fn(pages::rejected_forms_as_pages));
    compression::compressed(routes)
        .layer(unless_set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(unless_set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(unless_set(header::REFERRER_POLICY, "same-origin"))
}

/// Sets a header of every response that does not set it itself, as `/docs` does.
fn unless_set(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

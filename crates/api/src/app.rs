//! The web service as one router: the HTTP API, the pages, and the layers around both.

use crate::{
    Api, Settings,
    access::{AccessCheck, Routes, check_access, limit_large_bodies},
    compression,
    host_check::check_host,
    pages, routes,
};
use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{from_fn, from_fn_with_state},
};
use service::Metrics;
use std::sync::Arc;
use tower_http::set_header::SetResponseHeaderLayer;

/// A page may load only files of this origin, and no page may frame it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' blob:; object-src 'none'; \
                                       base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Browser features that no page uses. Choosing or taking a photo needs none of them.
const PERMISSIONS_POLICY: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), midi=()";

/// The router of the web service. It registers its metrics in `metrics`.
pub fn app(api: Api, metrics: &mut Metrics) -> Router {
    let settings = api.settings.clone();
    api.model.register(metrics.registry());
    api.store.register(metrics.registry());
    settings.service_tokens.register(metrics.registry());
    let (routes, table) = routes(&settings).into_parts();
    let (api, table) = (Arc::new(api), Arc::new(table));
    let access = AccessCheck { api: api.clone(), table };
    let trusts_trace_context = settings.trusts_trace_context;
    // Layers in one tuple, the outermost first, take fewer allocations than each by itself.
    let routes = service::with_layers(routes.with_state(api.clone())).layer((
        from_fn(pages::rejections_as_pages),
        from_fn(service::inference_errors),
        from_fn_with_state(settings, check_host),
        from_fn_with_state(access, check_access),
        from_fn_with_state(api, limit_large_bodies),
    ));
    compression::compressed(service::observed(routes, metrics, trusts_trace_context)).layer((
        unless_set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        unless_set(HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY),
        unless_set(header::REFERRER_POLICY, "same-origin"),
        unless_set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        unless_set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    ))
}

/// The routes of the API and the pages. The OpenAPI document does not describe the pages and their files.
fn routes(settings: &Arc<Settings>) -> Routes {
    routes::routes().merge(pages::routes(settings))
}

/// The method and the path of each route, with those of the OpenAPI document and its page.
#[must_use]
pub fn registered_routes() -> Vec<(Method, String)> {
    let documentation = service::documentation_paths().map(|path| (Method::GET, path));
    routes(&Arc::default()).into_parts().1.routes().chain(documentation).collect()
}

/// Sets a header of every response that does not set it itself, as `/docs` does.
fn unless_set(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

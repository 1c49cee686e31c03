//! `GET /docs`: Swagger UI with the OpenAPI document. This program serves all of its files.

use super::drawing::PICTURES;
use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    routing::{MethodRouter, get},
};
use tower_http::set_header::SetResponseHeaderLayer;

/// The page may load only files and responses of this origin, and images inside of these.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                                       img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; \
                                       frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// The paths of [`router`], except those of the pictures.
pub(super) const PATHS: [&str; 5] =
    ["/docs", "/docs/", "/docs/start.js", "/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js"];

pub(super) fn router() -> Router {
    let page = include_bytes!("page.html");
    let pictures = PICTURES.iter().fold(Router::new(), |router, (media_type, name, bytes)| {
        router.route(&format!("/docs/{name}"), plain(media_type, bytes))
    });
    pictures
        .route("/docs", plain(HTML, page))
        .route("/docs/", plain(HTML, page))
        .route("/docs/start.js", plain(JAVASCRIPT, include_bytes!("start.js")))
        .route("/docs/swagger-ui.css", packed(CSS, include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css.gz"))))
        .route(
            "/docs/swagger-ui-bundle.js",
            packed(JAVASCRIPT, include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js.gz"))),
        )
        .layer(always(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(header::CACHE_CONTROL, "no-cache"))
}

/// A route for an embedded file.
fn plain(media_type: &'static str, file: &'static [u8]) -> MethodRouter {
    get(async move || ([(header::CONTENT_TYPE, media_type)], file))
}

/// A route for an embedded file that is compressed with gzip, which every browser accepts.
fn packed(media_type: &'static str, file: &'static [u8]) -> MethodRouter {
    get(async move || ([(header::CONTENT_TYPE, media_type), (header::CONTENT_ENCODING, "gzip")], file))
}

fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

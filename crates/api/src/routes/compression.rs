//! Text goes compressed to whoever takes it so: the page, its files, and what programs look up.

use axum::{
    Router,
    extract::Request,
    http::{Extensions, HeaderMap, Method, StatusCode, Version, header},
    middleware,
};
use tower_http::compression::{CompressionLayer, Predicate, predicate::SizeAbove};

/// Fewer bytes than this fit into one packet as they are.
const LEAST_BYTES: u64 = 1024;

const TEXTS: [&str; 6] =
    ["text/html", "text/css", "text/javascript", "image/svg+xml", "application/json", "application/problem+json"];

pub(super) fn compressed(routes: Router) -> Router {
    let layer = CompressionLayer::new().gzip(true).compress_when(SizeAbove::new(LEAST_BYTES).and(is_text));
    routes.layer(layer).layer(middleware::map_request(uncompressed_answers_to_posts))
}

/// Images are compressed in themselves.
fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    TEXTS.contains(&media_type.split(';').next().unwrap_or("").trim_end())
}

/// Predictions are short, many, and waited for: compressing them would cost more time than it saves.
async fn uncompressed_answers_to_posts(mut request: Request) -> Request {
    if request.method() == Method::POST {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    request
}

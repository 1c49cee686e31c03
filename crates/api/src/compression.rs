//! Compresses textual responses to `GET` requests for clients that accept gzip.

use axum::{
    Router,
    extract::Request,
    http::{Extensions, HeaderMap, Method, StatusCode, Version, header},
    middleware,
};
use service::media_type;
use tower_http::compression::{CompressionLayer, Predicate, predicate::SizeAbove};

/// The smallest compressed body, in bytes. A smaller one fits into one packet.
const LEAST_BYTES: u64 = 1024;

const TEXTS: [&str; 8] = [
    "text/html",
    "text/css",
    "text/javascript",
    "text/csv",
    "image/svg+xml",
    "application/json",
    "application/x-ndjson",
    "application/problem+json",
];

pub(crate) fn compressed(routes: Router) -> Router {
    let layer = CompressionLayer::new().gzip(true).compress_when(SizeAbove::new(LEAST_BYTES).and(is_text));
    routes.layer(layer).layer(middleware::map_request(uncompressed_answers_to_posts))
}

/// Image formats are already compressed.
fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    TEXTS.contains(&&*media_type(headers))
}

/// Answers to `POST` are short, so their compression would take more time than it saves.
async fn uncompressed_answers_to_posts(mut request: Request) -> Request {
    if request.method() == Method::POST {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    request
}

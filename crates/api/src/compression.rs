//! Compresses textual responses to `GET` requests for clients that accept gzip.

use axum::{
    Router,
    extract::Request,
    http::{Extensions, HeaderMap, Method, StatusCode, Version},
    middleware::{Next, from_fn},
    response::Response,
};
use service::{is_open_inference, media_type};
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

/// Marks a response that the layer does not compress.
#[derive(Debug, Clone, Copy)]
struct Unchanged;

pub(crate) fn compressed(routes: Router) -> Router {
    let layer = CompressionLayer::new().gzip(true).compress_when(SizeAbove::new(LEAST_BYTES).and(is_text));
    routes.layer((layer, from_fn(mark_unchanged)))
}

/// Image formats are already compressed.
fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, extensions: &Extensions) -> bool {
    TEXTS.contains(&&*media_type(headers)) && extensions.get::<Unchanged>().is_none()
}

/// Answers to `POST` are short, so their compression would take more time than it saves. In the Open Inference Protocol
/// the model service compresses, because clients do not expect it where the protocol does not provide for it.
async fn mark_unchanged(request: Request, next: Next) -> Response {
    let is_unchanged = request.method() == Method::POST || is_open_inference(request.uri().path());
    let mut response = next.run(request).await;
    if is_unchanged {
        response.extensions_mut().insert(Unchanged);
    }
    response
}

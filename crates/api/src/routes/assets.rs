//! `GET /static/…`: the files of web/static, which a release carries inside its binary.

use crate::Api;
use axum::{
    Router,
    extract::{Path, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::{EmbeddedFile, RustEmbed};
use service::ApiError;
use std::sync::Arc;
use wire::Code;

#[derive(RustEmbed)]
#[folder = "../../web/static"]
struct Assets;

pub(super) fn router() -> Router<Arc<Api>> {
    Router::new().route("/static/{*path}", get(asset))
}

async fn asset(path: Result<Path<String>, PathRejection>, headers: HeaderMap) -> Response {
    let path = path.map(|Path(path)| path).unwrap_or_default();
    let Some(file) = Assets::get(&path) else {
        return ApiError::new(Code::NotFound, "There is no such file.").into_response();
    };
    let etag = etag(&file);
    // Always asked for again, seldom sent again: a new release shows at once.
    let caching = [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, "no-cache".to_owned())];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, media_type(&path))], file.data).into_response()
}

/// Weak, because it names the file however it is sent: compressed or not, the bytes differ.
fn etag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let start: u64 = hash.iter().take(8).fold(0, |start, &byte| start << 8 | u64::from(byte));
    format!("W/\"{start:016x}\"")
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

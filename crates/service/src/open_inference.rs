//! The format of errors in the Open Inference Protocol, and its header.

use crate::ApiError;
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use serde::Serialize;
use utoipa::ToSchema;

/// The header with the length of a body's JSON before compression. Binary tensors follow the JSON.
pub const INFERENCE_HEADER_CONTENT_LENGTH: HeaderName = HeaderName::from_static("inference-header-content-length");

/// The body of every error response.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub struct InferenceError {
    /// A message for people: the fault and its remedy.
    error: String,
}

/// Whether a path belongs to the protocol.
#[must_use]
pub fn is_open_inference(path: &str) -> bool {
    path == "/v2" || path.starts_with("/v2/")
}

/// Converts every error under `/v2` to the protocol's format, whether a handler, a layer or the router returned it.
pub async fn inference_errors(request: Request, next: Next) -> Response {
    let is_v2 = is_open_inference(request.uri().path());
    let mut response = next.run(request).await;
    let failure = if is_v2 { response.extensions_mut().remove::<ApiError>() } else { None };
    match failure {
        Some(failure) => in_format(response, failure),
        None => response,
    }
}

fn in_format(problem: Response, failure: ApiError) -> Response {
    let body = serde_json::to_vec(&InferenceError { error: failure.problem.detail }).unwrap_or_default();
    let (mut parts, _) = problem.into_parts();
    parts.status = inference_status(parts.status);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body))
}

/// Converts a status: the protocol has a single status for bad requests.
#[must_use]
pub fn inference_status(status: StatusCode) -> StatusCode {
    if status == StatusCode::UNPROCESSABLE_ENTITY { StatusCode::BAD_REQUEST } else { status }
}

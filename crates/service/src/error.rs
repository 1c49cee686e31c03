//! An error response.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::time::Duration;
use wire::{Code, PROBLEM_MEDIA_TYPE, Problem};

/// A problem with the headers of its response.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    /// The body of the response.
    pub problem: Problem,
    /// The value of `Retry-After`, rounded down to seconds, but at least one.
    pub retry_after: Option<Duration>,
    /// The value of `WWW-Authenticate`: the scheme of the credential that a 401 requires.
    pub challenge: Option<&'static str>,
}

impl ApiError {
    /// A problem without `Retry-After`: the same request would fail again.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Problem::new(code, detail).into()
    }

    /// The same problem with `Retry-After`.
    #[must_use]
    pub fn retry_after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// The same problem with `WWW-Authenticate`.
    #[must_use]
    pub fn challenge(self, scheme: &'static str) -> Self {
        Self { challenge: Some(scheme), ..self }
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self { problem, retry_after: None, challenge: None }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.problem).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, PROBLEM_MEDIA_TYPE)], body).into_response();
        if let Some(wait) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        if let Some(scheme) = self.challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
        }
        // Layers read it to convert the response to a page or to another protocol.
        response.extensions_mut().insert(self);
        response
    }
}

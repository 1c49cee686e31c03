//! Why a request to a model service failed.

use axum::{
    body::Bytes,
    http::{HeaderMap, Response, StatusCode, header},
};
use serde::de::DeserializeOwned;
use service::{ApiError, error_chain};
use std::time::Duration;
use wire::Problem;

/// Why a request to the model services failed.
#[derive(Debug)]
pub enum ModelError {
    /// The limit of concurrent requests is reached.
    NoSlot,
    /// A model service answered with a client error: the input is invalid, or it is overloaded.
    Refused(ApiError),
    /// No model service is reachable or works; the reason is for the log.
    Unavailable(String),
}

impl ModelError {
    /// Whether a model service answered that it is overloaded.
    pub(super) fn is_overload(&self) -> bool {
        let too_many = StatusCode::TOO_MANY_REQUESTS.as_u16();
        matches!(self, Self::Refused(failure) if failure.problem.status == too_many)
    }
}

/// [`ModelError::Unavailable`] with the whole chain of causes.
pub(super) fn unavailable(error: reqwest::Error) -> ModelError {
    ModelError::Unavailable(error_chain(&error.without_url()))
}

/// Parses an answer. The api passes a client error on; every other response than 200 means that the model service is
/// unavailable.
pub(super) fn received<Received: DeserializeOwned>(response: &Response<Bytes>) -> Result<Received, ModelError> {
    if response.status() != StatusCode::OK {
        return Err(refusal(response));
    }
    serde_json::from_slice(response.body())
        .map_err(|error| ModelError::Unavailable(format!("its answer is invalid: {error}")))
}

fn refusal(response: &Response<Bytes>) -> ModelError {
    let status = response.status();
    match serde_json::from_slice::<Problem>(response.body()) {
        Ok(problem) if status.is_client_error() => {
            ModelError::Refused(ApiError { retry_after: retry_after(response.headers()), ..problem.into() })
        }
        Ok(problem) => ModelError::Unavailable(format!("it answered {status}: {}", problem.detail)),
        Err(_) => ModelError::Unavailable(format!("it answered {status}")),
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

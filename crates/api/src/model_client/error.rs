//! Why a request to a model service failed.

use reqwest::{Response, StatusCode, header};
use service::ApiError;
use std::{error::Error, time::Duration};
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

/// [`ModelError::Unavailable`] with the whole chain of causes, because reqwest's message omits the inner ones.
pub(super) fn unavailable(error: reqwest::Error) -> ModelError {
    let error = error.without_url();
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    ModelError::Unavailable(causes.fold(error.to_string(), |message, cause| format!("{message}: {cause}")))
}

/// The error of a response other than 200. The api passes a client error on; every other response means that the model
/// service is unavailable.
pub(super) async fn refusal(response: Response) -> ModelError {
    let status = response.status();
    let retry_after = retry_after(&response);
    match response.json::<Problem>().await {
        Ok(problem) if status.is_client_error() => ModelError::Refused(ApiError { retry_after, ..problem.into() }),
        Ok(problem) => ModelError::Unavailable(format!("it answered {status}: {}", problem.detail)),
        Err(_) => ModelError::Unavailable(format!("it answered {status}")),
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

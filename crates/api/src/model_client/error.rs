//! Why a request to a model service failed.

use axum::{
    body::Bytes,
    http::{HeaderMap, Response, StatusCode, header},
};
use digit::Bitmap;
use serde::de::DeserializeOwned;
use service::{ApiError, error_chain};
use std::{error::Error, time::Duration};
use wire::{Answer, COMPACT_ANSWER_MEDIA_TYPE, Code, Problem};

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

    /// Whether the model service has not loaded the version that the request names.
    pub(crate) fn is_unknown_model(&self) -> bool {
        matches!(self, Self::Refused(failure) if failure.problem.code == Code::UnknownModel)
    }

    /// Whether the model service cannot read the input, now and later.
    pub(crate) fn is_invalid_input(&self) -> bool {
        let invalid = [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::PAYLOAD_TOO_LARGE].map(|status| status.as_u16());
        matches!(self, Self::Refused(failure) if invalid.contains(&failure.problem.status))
    }
}

/// [`ModelError::Unavailable`] with the whole chain of causes.
pub(super) fn unavailable(error: &(dyn Error + 'static)) -> ModelError {
    ModelError::Unavailable(error_chain(error))
}

/// Parses an answer. The api passes a client error on; every other response than 200 means that the model service is
/// unavailable.
pub(super) fn received<Received: DeserializeOwned>(response: &Response<Bytes>) -> Result<Received, ModelError> {
    parsed(response, |body| serde_json::from_slice(body))
}

/// Parses an answer with its bitmap, which a model service of another version may send as JSON.
pub(super) fn received_answer(response: &Response<Bytes>) -> Result<(Answer, Bitmap), ModelError> {
    if response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == COMPACT_ANSWER_MEDIA_TYPE) {
        return parsed(response, Answer::from_compact);
    }
    let mut answer: Answer = received(response)?;
    let bitmap = answer.bitmap.take().ok_or_else(|| ModelError::Unavailable("its answer has no bitmap".to_owned()))?;
    Ok((answer, bitmap))
}

fn parsed<Received>(
    response: &Response<Bytes>,
    parse: impl FnOnce(&[u8]) -> serde_json::Result<Received>,
) -> Result<Received, ModelError> {
    if response.status() != StatusCode::OK {
        return Err(refusal(response));
    }
    parse(response.body()).map_err(|error| ModelError::Unavailable(format!("its answer is invalid: {error}")))
}

pub(super) fn refusal(response: &Response<Bytes>) -> ModelError {
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

#[cfg(test)]
mod tests {
    use super::*;
    use digit::Digit;
    use wire::Verdict;

    #[test]
    fn an_answer_may_be_compact_or_json() {
        let bitmap = Bitmap::new([7; Bitmap::LEN]);
        let answer = Answer {
            prediction: Digit::try_from(7).unwrap(),
            confidence: 1.0,
            probabilities: [0.1; 10],
            verdict: Verdict::Digit,
            reason: None,
            model: "test".to_owned(),
            bitmap: None,
        };
        let compact = answer.to_compact(&bitmap);
        let with_bitmap = Answer { bitmap: Some(bitmap.clone()), ..answer.clone() };
        let response = |media_type, body: Vec<u8>| {
            Response::builder().header(header::CONTENT_TYPE, media_type).body(Bytes::from(body)).unwrap()
        };
        for (media_type, body) in
            [(COMPACT_ANSWER_MEDIA_TYPE, compact), ("application/json", serde_json::to_vec(&with_bitmap).unwrap())]
        {
            let (received, its_bitmap) = received_answer(&response(media_type, body)).unwrap();
            assert_eq!((&received, &its_bitmap), (&answer, &bitmap), "{media_type}");
        }
        let without_bitmap = serde_json::to_vec(&answer).unwrap();
        for (media_type, body) in [("application/json", without_bitmap), (COMPACT_ANSWER_MEDIA_TYPE, vec![0; 99])] {
            let failure = received_answer(&response(media_type, body));
            assert!(matches!(failure, Err(ModelError::Unavailable(_))), "{media_type}");
        }
    }
}

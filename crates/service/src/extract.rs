//! axum's extractors, with rejections that are problems.

use crate::Failure;
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Query, Request, rejection::BytesRejection},
    http::{StatusCode, request::Parts},
};
use digit::wire::Code;
use serde::de::DeserializeOwned;

/// The query string as a `T`.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let query = Query::from_request_parts(parts, state).await;
        query
            .map(|Query(params)| Self(params))
            .map_err(|error| Failure::new(Code::InvalidQuery, format!("{}.", error.body_text())))
    }
}

/// A JSON body as a `T`, whatever its `Content-Type`.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let bytes = whole_body(request, state).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            // Well-formed JSON whose values are wrong is another mistake than no JSON at all.
            let code = if error.is_data() { Code::InvalidInput } else { Code::InvalidJson };
            Failure::new(code, format!("The body is not the JSON that is expected here: {error}."))
        })
    }
}

/// All of a request's body, if it is not too long and arrives.
pub(crate) async fn whole_body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Failure> {
    Bytes::from_request(request, state).await.map_err(|error: BytesRejection| broken_body(error.status()))
}

/// Why a body could not be read, from the status that axum gives it.
pub(crate) fn broken_body(status: StatusCode) -> Failure {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        Failure::new(Code::PayloadTooLarge, "The body is larger than 5 MB. Send a smaller one.")
    } else {
        Failure::new(Code::IncompleteBody, "The body broke off before its end. Send it again.")
    }
}

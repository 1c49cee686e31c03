//! A drawing that a client sends, without metadata.

use crate::metadata::{self, Stripped};
use axum::extract::{FromRequest, Request};
use digit::wire::Problem;
use service::{Failure, Posted};

/// A drawing to recognise. Handlers take this and never `Posted`, so that metadata goes no further than here.
#[derive(Debug)]
pub(super) struct Drawing(pub(super) Stripped);

impl<S: Send + Sync> FromRequest<S> for Drawing {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let Posted(input) = Posted::from_request(request, state).await?;
        metadata::strip(input).map(Self).map_err(|error| Problem::from(&error).into())
    }
}

//! A drawing that a client sends, without metadata.

use crate::metadata::{self, Stripped};
use axum::extract::{FromRequest, Request};
use service::{ApiError, DrawingInput};
use wire::Problem;

/// A drawing to recognise. Handlers take this and never `DrawingInput`, so that metadata goes no further than here.
#[derive(Debug)]
pub(crate) struct SubmittedDrawing(pub(crate) Stripped);

impl<S: Send + Sync> FromRequest<S> for SubmittedDrawing {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let DrawingInput(input) = DrawingInput::from_request(request, state).await?;
        metadata::strip(input).map(Self).map_err(|error| Problem::from(&error).into())
    }
}

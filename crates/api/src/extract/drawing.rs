//! The drawing in a request, without metadata.

use crate::metadata::{self, Stripped};
use axum::extract::{FromRequest, Request};
use service::{ApiError, DrawingInput};
use wire::Problem;

/// A drawing to recognise. Handlers use this extractor and never `DrawingInput`, so that no handler sees metadata.
#[derive(Debug)]
pub(crate) struct SubmittedDrawing(pub(crate) Stripped);

impl<S: Send + Sync> FromRequest<S> for SubmittedDrawing {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let DrawingInput(input) = DrawingInput::from_request(request, state).await?;
        metadata::strip(input).map(Self).map_err(|error| Problem::from(&error).into())
    }
}

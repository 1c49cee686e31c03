//! The drawing in a request, without metadata.

use crate::{
    idempotency::IdempotencyKey,
    metadata::{self, Stripped},
};
use axum::extract::{FromRequest, Request};
use service::{ApiError, DrawingInput, ImageForm};
use wire::{Input, Problem};

/// A drawing to recognise. Handlers use this extractor and never `DrawingInput`, so that no handler sees metadata.
#[derive(Debug)]
pub(crate) struct SubmittedDrawing(pub(crate) Stripped);

impl<S: Send + Sync> FromRequest<S> for SubmittedDrawing {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let DrawingInput(input) = DrawingInput::from_request(request, state).await?;
        stripped(input).map(Self)
    }
}

fn stripped(input: Input) -> Result<Stripped, ApiError> {
    metadata::strip(input).map_err(|error| Problem::from(&error).into())
}

/// The form of the first page: a drawing, the key under which the browser may send the same drawing again, and whether the
/// drawing may train a model.
#[derive(Debug)]
pub(crate) struct SubmittedForm {
    pub(crate) drawing: Stripped,
    pub(crate) key: Option<IdempotencyKey>,
    pub(crate) may_train: bool,
}

impl<S: Send + Sync> FromRequest<S> for SubmittedForm {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let ImageForm { input, key, may_train } = ImageForm::from_request(request, state).await?;
        let drawing = stripped(input)?;
        let page_key = key.as_deref().and_then(IdempotencyKey::parse);
        Ok(Self { key: page_key.map(|key| key.for_input(drawing.input())), drawing, may_train })
    }
}

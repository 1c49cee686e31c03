//! The errors of the store and the model client, as API errors.

use crate::{ExportError, ModelError, StoreError};
use service::ApiError;
use std::time::Duration;
use wire::Code;

/// The `Retry-After` of temporary errors.
const SOON: Duration = Duration::from_secs(2);

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(reason) => {
                tracing::warn!(reason, "the database is unavailable");
                ApiError::new(Code::DatabaseUnavailable, "The database cannot be reached. Try again.").retry_after(SOON)
            }
            StoreError::Busy => too_many(),
            StoreError::Crowded => {
                let detail = "Too many large drawings are being sent at once. Try again in a moment.";
                ApiError::new(Code::Overloaded, detail).retry_after(SOON)
            }
            StoreError::Defect(reason) => {
                tracing::error!(reason, "the database access failed");
                ApiError::new(Code::Internal, "Something went wrong here, not with your request. It has been logged.")
            }
        }
    }
}

impl From<ExportError> for ApiError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::Crowded | ExportError::Unread => {
                let detail = "The limit of concurrent exports is reached. Try again when one of them has ended.";
                ApiError::new(Code::Overloaded, detail).retry_after(SOON)
            }
        }
    }
}

impl From<ModelError> for ApiError {
    fn from(error: ModelError) -> Self {
        match error {
            ModelError::NoSlot => too_many(),
            ModelError::Refused(failure) => failure,
            ModelError::Unavailable(reason) => {
                tracing::warn!(reason, "the model service is unavailable");
                ApiError::new(Code::ModelUnavailable, "The model cannot be reached. Try again.").retry_after(SOON)
            }
        }
    }
}

fn too_many() -> ApiError {
    ApiError::new(Code::Overloaded, "Too many drawings at once. Try again in a moment.").retry_after(SOON)
}

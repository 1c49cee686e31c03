//! The HTTP response to each error of the engine.

use crate::EngineError;
use service::ApiError;
use std::time::Duration;
use wire::{Code, Problem};

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        let soon = Duration::from_secs(1);
        match &error {
            EngineError::Preprocessing(error) => Problem::from(error).into(),
            EngineError::Busy | EngineError::ClientDisconnected => {
                ApiError::new(Code::Overloaded, "Too many drawings at once. Try again in a moment.").retry_after(soon)
            }
            EngineError::Failed => {
                ApiError::new(Code::ModelUnavailable, "The model is restarting. Try again shortly.").retry_after(soon)
            }
            EngineError::Decoder => {
                tracing::warn!("an image made the decoder panic");
                ApiError::new(Code::CorruptImage, "The image is damaged. Save it again, or send another.")
            }
        }
    }
}

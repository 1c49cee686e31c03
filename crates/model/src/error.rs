//! What a client learns of an engine that gave no answer.

use crate::EngineError;
use digit::wire::{Code, Problem};
use service::Failure;
use std::time::Duration;

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let soon = Duration::from_secs(1);
        match &error {
            EngineError::Ink(ink) => Problem::from(ink).into(),
            EngineError::Busy | EngineError::Gone => {
                Failure::new(Code::Overloaded, "Too many drawings at once. Try again in a moment.").retry_after(soon)
            }
            EngineError::Failed => {
                Failure::new(Code::ModelUnavailable, "The model is restarting. Try again shortly.").retry_after(soon)
            }
            EngineError::Decoder => {
                tracing::warn!("an image made the decoder panic");
                Failure::new(Code::CorruptImage, "The image is damaged. Save it again, or send another.")
            }
        }
    }
}

//! The engine's error.

use super::queue::JobError;
use digit::preprocessing::PreprocessingError;

/// The reason why the engine returned no classification.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The input cannot be preprocessed to a bitmap.
    #[error(transparent)]
    Preprocessing(#[from] PreprocessingError),
    /// All slots are taken, or the deadline passed while the job waited.
    #[error("too busy")]
    Busy,
    /// The network failed, or the process ends.
    #[error("the network failed")]
    Failed,
    /// The image decoder panicked.
    #[error("the image decoder panicked")]
    Decoder,
    /// The client disconnected before its job ran.
    #[error("the client disconnected")]
    ClientDisconnected,
}

impl From<JobError> for EngineError {
    fn from(error: JobError) -> Self {
        match error {
            JobError::TimedOut => Self::Busy,
            JobError::Failed => Self::Failed,
        }
    }
}

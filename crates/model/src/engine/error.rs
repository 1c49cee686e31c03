//! Why there is no answer.

use super::queue::JobError;
use digit::preprocessing::PreprocessingError;

/// Why the engine gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The input gives no bitmap.
    #[error(transparent)]
    Preprocessing(#[from] PreprocessingError),
    /// All slots are taken, or the deadline passed while waiting.
    #[error("too busy")]
    Busy,
    /// The network failed.
    #[error("the network failed")]
    Failed,
    /// The image decoder panicked.
    #[error("the image decoder panicked")]
    Decoder,
    /// The client went before its turn came.
    #[error("the client has gone")]
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

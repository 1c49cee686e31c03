//! The error of loading and saving a checkpoint.

use crate::ModelVersion;
use std::{io, path::PathBuf};

/// A checkpoint that cannot be read, is invalid or cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct CheckpointError {
    /// The file or folder.
    pub path: PathBuf,
    /// The fault.
    pub reason: InvalidCheckpoint,
}

/// The fault of a checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum InvalidCheckpoint {
    /// The file cannot be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The card is not a model card.
    #[error("not a model card: {0}")]
    Card(#[from] serde_json::Error),
    /// The card is that of another version.
    #[error("the card is that of version {0}")]
    Version(ModelVersion),
    /// The card's calibration is invalid.
    #[error("its calibration has invalid numbers")]
    Calibration,
    /// The model was trained with another version of the preprocessing.
    #[error("made for preprocessing {0:?}, but this program has {serves:?}", serves = digit::preprocessing::VERSION)]
    Preprocessing(String),
    /// The weights are not those that the card describes.
    #[error("its SHA-256 is {found}, but the card says {expected}: the file is damaged or was replaced")]
    Hash {
        /// The hash on the card.
        expected: String,
        /// The hash of the file.
        found: String,
    },
    /// The weights are not a safetensors file.
    #[error("not a safetensors file: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    /// A tensor is missing.
    #[error("the tensor {0:?} is missing")]
    Missing(String),
    /// No layer has this tensor.
    #[error("no layer has a tensor {0:?}")]
    Unknown(String),
    /// A tensor has another shape or type than its layer.
    #[error("the tensor {name:?} is {found}, not {expected}")]
    Shape {
        /// The tensor's name.
        name: String,
        /// The layer's type and shape.
        expected: String,
        /// The file's type and shape.
        found: String,
    },
    /// A tensor holds NaN or infinity.
    #[error("the tensor {0:?} holds a value that is not a finite number")]
    NotFinite(String),
    /// The logits of the golden drawings differ from those on the card.
    #[error("its logits of the golden drawings differ by {off} from those on the card")]
    Golden {
        /// The largest difference.
        off: f32,
    },
    /// LibTorch failed.
    #[error("LibTorch: {0}")]
    Torch(#[from] tch::TchError),
}

impl InvalidCheckpoint {
    pub(crate) fn at(self, path: impl Into<PathBuf>) -> CheckpointError {
        CheckpointError { path: path.into(), reason: self }
    }
}

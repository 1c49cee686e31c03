//! The model card: the description, training and accuracy of a model.

use crate::{Architecture, Calibration, Logits, ModelVersion};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The file `card.json` in the folder of a model's weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelCard {
    /// The model's name, which is also the name of its folder.
    pub version: ModelVersion,
    /// The size of the network.
    pub architecture: Architecture,
    /// The number of trained parameters.
    pub parameters: usize,
    /// The version of the preprocessing that the model expects: [`digit::preprocessing::VERSION`] of the code that can
    /// serve it.
    pub preprocessing: String,
    /// The calibration, which turns logits into probabilities.
    pub calibration: Calibration,
    /// The command that trained the model.
    pub command: String,
    /// The processors or graphics cards that trained the model.
    pub machine: String,
    /// The end of training, in UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub trained_at: OffsetDateTime,
    /// The duration of training, in seconds.
    pub training_seconds: f64,
    /// The seed of all random numbers in training.
    pub seed: u64,
    /// The files of training and test data.
    pub data: Vec<DataFile>,
    /// The settings of training.
    pub hyperparameters: Hyperparameters,
    /// The score on each held-out set.
    pub holdouts: Vec<HoldOutScore>,
    /// The logits of ten drawings, 0 to 9. Loading computes them again and compares.
    pub golden: Vec<Logits>,
    /// SHA-256 of `weights.safetensors`, in hexadecimal.
    pub weights_sha256: String,
}

/// A file of training or test data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// The file's name.
    pub name: String,
    /// SHA-256 of the uncompressed file, in hexadecimal.
    pub sha256: String,
}

/// The settings of a training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hyperparameters {
    /// Passes over the training set.
    pub epochs: u32,
    /// Samples per step.
    pub batch_size: usize,
    /// Samples per epoch; every epoch draws new ones.
    pub samples: usize,
    /// The highest learning rate of the one-cycle schedule.
    pub peak_learning_rate: f64,
    /// AdamW's decay of weights; biases and norms do not decay.
    pub weight_decay: f64,
    /// The decay of the exponential moving average (EMA) of the weights.
    pub ema_decay: f64,
    /// The share of the target that is spread over all classes.
    pub label_smoothing: f64,
    /// The number format of the convolutions in training: `f32` or `bf16`.
    pub precision: String,
    /// The teachers of the distillation.
    pub teachers: Vec<ModelVersion>,
}

/// A model's score on a held-out set. Training does not see the set; only the calibration is fitted to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldOutScore {
    /// The name of the set.
    pub set: String,
    /// The number of samples.
    pub samples: usize,
    /// The number of misclassified digits.
    pub errors: usize,
    /// The number of samples that were rejected as no digit.
    pub rejected: usize,
}

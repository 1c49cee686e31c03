//! The model card: what a model is, what it was trained on and how well it does.

use crate::{Architecture, Calibration, Logits, ModelVersion};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// `card.json` beside a model's weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelCard {
    /// The model's name, and its folder's.
    pub version: ModelVersion,
    /// The layers.
    pub architecture: Architecture,
    /// How many numbers were learned.
    pub parameters: usize,
    /// The preprocessing that it expects: [`digit::preprocessing::VERSION`] of the code that can serve it.
    pub preprocessing: String,
    /// How its logits become probabilities.
    pub calibration: Calibration,
    /// The command that trained it.
    pub command: String,
    /// The processors or graphics cards that trained it.
    pub machine: String,
    /// When training ended, in UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub trained_at: OffsetDateTime,
    /// How long training took, in seconds.
    pub training_seconds: f64,
    /// The seed of all random numbers in training.
    pub seed: u64,
    /// The files of training and test data.
    pub data: Vec<DataFile>,
    /// How it was trained.
    pub hyperparameters: Hyperparameters,
    /// How well it does on each held-out set.
    pub holdouts: Vec<HoldOutScore>,
    /// Its logits of ten drawings, 0 to 9. Loading compares them with what the network then computes.
    pub golden: Vec<Logits>,
    /// SHA-256 of `weights.safetensors`, in hexadecimal.
    pub weights_sha256: String,
}

/// A file of training or test data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// Its name.
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
    /// Samples a step.
    pub batch_size: usize,
    /// Samples an epoch, drawn anew each time.
    pub samples: usize,
    /// The highest learning rate of the one-cycle schedule.
    pub peak_learning_rate: f64,
    /// AdamW's decay of weights; biases and norms do not decay.
    pub weight_decay: f64,
    /// The decay of the exponential moving average (EMA) of the weights.
    pub ema_decay: f64,
    /// The share of the target that is spread over all classes.
    pub label_smoothing: f64,
    /// The kind of number that the convolutions were trained in: `f32` or `bf16`.
    pub precision: String,
    /// The teachers of its distillation.
    pub teachers: Vec<ModelVersion>,
}

/// How well a model does on a held-out set. Training does not see the set; only the calibration is fitted to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldOutScore {
    /// The set.
    pub set: String,
    /// How many samples it has.
    pub samples: usize,
    /// How many digits were misclassified.
    pub errors: usize,
    /// How many samples were rejected as no digit.
    pub rejected: usize,
}

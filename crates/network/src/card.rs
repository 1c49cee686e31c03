//! The model card: what a model is, what it was made from and how well it does.

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
    /// What its logits mean.
    pub calibration: Calibration,
    /// The command that trained it.
    pub command: String,
    /// What it was trained on: processors or graphics cards.
    pub machine: String,
    /// When training ended, in UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub trained_at: OffsetDateTime,
    /// How long training took, in seconds.
    pub training_seconds: f64,
    /// What training drew its random numbers from.
    pub seed: u64,
    /// The files that it learned from and was judged by.
    pub data: Vec<DataFile>,
    /// How it was trained.
    pub hyperparameters: Hyperparameters,
    /// How well it does on what was held out.
    pub holdouts: Vec<HoldOutScore>,
    /// What it says of ten drawings, 0 to 9, before calibration; it is held to that whenever it is loaded.
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
    /// SHA-256 of what it holds, uncompressed, in hexadecimal.
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
    /// What is left of an old weight in the average after each step.
    pub average_decay: f64,
    /// How much of the target is spread over all classes.
    pub label_smoothing: f64,
    /// What the convolutions were trained in: `f32` or `bf16`.
    pub precision: String,
    /// The models that it learned from, besides the labels.
    pub teachers: Vec<ModelVersion>,
}

/// How well a model does on a set that it was not trained on and that nothing but its calibration was fitted to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldOutScore {
    /// The set.
    pub set: String,
    /// How many samples it has.
    pub samples: usize,
    /// How many digits were named wrongly.
    pub errors: usize,
    /// How many samples were taken for no digit.
    pub refused: usize,
}

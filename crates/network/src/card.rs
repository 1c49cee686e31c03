//! The model card: what a model is, what it was made from and how well it does.

use crate::ModelVersion;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// `card.json` beside a model's weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelCard {
    /// The model's name, and its folder's.
    pub version: ModelVersion,
    /// The layers: [`ARCHITECTURE`](crate::ARCHITECTURE) of the code that can run it.
    pub architecture: String,
    /// How many numbers were learned.
    pub parameters: usize,
    /// The preprocessing that it expects: [`digit::ink::VERSION`] of the code that can serve it.
    pub preprocessing: String,
    /// When training ended, in UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub trained_at: OffsetDateTime,
    /// How long training took, in seconds.
    pub training_seconds: u64,
    /// What training drew its random numbers from.
    pub seed: i64,
    /// The files that it learned from and was tested on.
    pub data: Vec<DataFile>,
    /// How it was trained.
    pub hyperparameters: Hyperparameters,
    /// How well it does.
    pub metrics: Metrics,
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
    /// Images a step.
    pub batch_size: i64,
    /// The highest learning rate of the one-cycle schedule.
    pub peak_learning_rate: f64,
    /// AdamW's decay of weights, norms excepted.
    pub weight_decay: f64,
    /// How much of the target is spread over all classes.
    pub label_smoothing: f64,
    /// Images held out of the training set.
    pub holdout: i64,
    /// Images trained on.
    pub images: i64,
}

/// The scores of a trained model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// On the images held out of the training set.
    pub holdout: Score,
    /// On MNIST's test set, looked at once, when training had ended.
    pub test: Score,
}

/// A score on one set.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// Images in the set.
    pub images: usize,
    /// How many were named wrongly.
    pub errors: usize,
    /// The share that was named rightly, from 0 to 1.
    pub accuracy: f64,
    /// Mean negative log-likelihood, in nats.
    pub loss: f64,
}

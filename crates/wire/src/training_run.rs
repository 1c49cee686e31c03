//! Training runs: a trainer begins one, reports its progress, and submits the model.

use crate::{Comparison, GateUse, TrainingManifest};
use digit::ModelVersion;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The body of `POST /api/v1/models`: the beginning of a training run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TrainingRun {
    /// The version of the model that the run trains.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::ModelVersion))]
    pub version: ModelVersion,
    /// Its training examples.
    pub manifest: TrainingManifest,
}

/// The answer to `POST /api/v1/models`: the inputs of the comparison with the model that serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrainingRunStart {
    /// The model that serves; `null` if none does.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::ModelVersion>))]
    pub champion: Option<ModelVersion>,
    /// The earlier uses of the gate's drawings, oldest first.
    pub gate_uses: Vec<GateUse>,
}

/// The body of `PUT /api/v1/models/{version}/progress`, and a part of a model that a trainer trains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TrainingProgress {
    /// The step of the run.
    pub step: TrainingStep,
    /// The number of completed epochs.
    #[cfg_attr(feature = "openapi", schema(format = Int64, minimum = 0, maximum = 4_294_967_295_u32))]
    pub epoch: u32,
    /// The number of epochs of the run.
    #[cfg_attr(feature = "openapi", schema(format = Int64, minimum = 0, maximum = 4_294_967_295_u32))]
    pub epochs: u32,
    /// The mean loss of the last epoch, in nats; `null` before the first one ends.
    pub loss: Option<f64>,
    /// The share of correct predictions in the last epoch, from 0 to 1.
    pub accuracy: Option<f64>,
    /// For the step `failed`, why the run ends; in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A step of a training run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TrainingStep {
    /// The trainer trains the network.
    Training,
    /// The trainer evaluates the model on the test sets.
    Evaluating,
    /// The trainer compares the model with the one that serves.
    Comparing,
    /// The run ends without a model. The registry rejects the version.
    Failed,
}

/// The body of `PUT /api/v1/models/{version}`: a trained model, and its comparison with the one that served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TrainedModel {
    /// The text of the file `card.json`.
    pub card: String,
    /// The file `weights.safetensors` in base64.
    #[cfg_attr(feature = "openapi", schema(content_encoding = "base64"))]
    pub weights: String,
    /// The text of the file `evaluation.json`.
    pub evaluation: String,
    /// The comparison.
    pub comparison: Comparison,
}

/// The answer to `GET /api/v1/training-examples`: whether a training run would learn from new examples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AvailableExamples {
    /// The number of examples to train.
    pub examples: u64,
    /// The number of these that are not in the manifest of the last run.
    pub new_examples: u64,
    /// The beginning of the last run, in UTC; `null` if there was none.
    #[serde(with = "time::serde::rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_run: Option<OffsetDateTime>,
}

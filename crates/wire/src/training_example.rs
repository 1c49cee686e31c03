//! Training examples: the drawings from which a model may learn.

use crate::{InputKind, Source};
use digit::{Bitmap, Reason, TrueLabel};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The first line of `GET /api/v1/export/training-examples.ndjson`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrainingSnapshot {
    /// The version of the rules that choose the examples.
    pub rules: u16,
    /// The id of the last label of the snapshot; 0 if there is none.
    pub last_label: i64,
    /// The number of examples, each of which is another line.
    pub examples: u64,
}

/// Another line of `GET /api/v1/export/training-examples.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrainingExample {
    /// The id of the drawing.
    pub id: Uuid,
    /// A pseudonym of the person who drew.
    pub writer: String,
    /// The use of the example. All examples of a writer have the same one.
    pub split: TrainingSplit,
    /// The label that counts.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::TrueLabel))]
    pub true_label: TrueLabel,
    /// For the label `not_a_digit`, why the model rejected the drawing; missing if it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, value_type = Option<crate::schema::Reason>))]
    pub reason: Option<Reason>,
    /// How the drawing came to the service.
    pub source: Source,
    /// The kind of the input.
    pub input_kind: InputKind,
    /// The stored input in base64: an image or JSON, according to `input_kind`.
    #[cfg_attr(feature = "openapi", schema(content_encoding = "base64"))]
    pub input: String,
    /// The preprocessed drawing.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Bitmap))]
    pub bitmap: Bitmap,
}

/// The use of a training example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TrainingSplit {
    /// To train.
    Train,
    /// For the comparison that decides whether a model is better.
    Gate,
    /// To test.
    Test,
}

impl TrainingSplit {
    /// The name, as in JSON and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Gate => "gate",
            Self::Test => "test",
        }
    }
}

/// The training examples of a model: their ids, without the drawings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrainingManifest {
    /// The version of the rules that chose the examples.
    pub rules: u16,
    /// The id of the last label of the snapshot.
    pub last_label: i64,
    /// The examples, sorted by id.
    pub examples: Vec<ManifestEntry>,
}

/// A training example in a [`TrainingManifest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManifestEntry {
    /// The id of the drawing.
    pub id: Uuid,
    /// The SHA-256 of its bitmap, label and reason, in hexadecimal.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[0-9a-fA-F]{64}$"))]
    pub sha256: String,
}

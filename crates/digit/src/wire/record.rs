//! All that is kept of a drawing.

use super::Prediction;
use crate::Bitmap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line of `GET /export/predictions.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Record {
    /// What it was taken for, and what a person said it is.
    #[serde(flatten)]
    pub prediction: Prediction,
    /// What the network saw.
    pub bitmap: Bitmap,
    /// What was sent, byte for byte, in base64: an image, or JSON, as `input_kind` says.
    #[schema(content_encoding = "base64")]
    pub input: String,
}

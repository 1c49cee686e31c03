//! All that is kept of a drawing.

use crate::Prediction;
use digit::Bitmap;
use serde::{Deserialize, Serialize};

/// A line of `GET /api/v1/export/predictions.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Record {
    /// What it was taken for, and what a person said it is.
    #[serde(flatten)]
    pub prediction: Prediction,
    /// What the network saw.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Bitmap))]
    pub bitmap: Bitmap,
    /// What was sent, byte for byte, in base64: an image, or JSON, as `input_kind` says.
    #[cfg_attr(feature = "openapi", schema(content_encoding = "base64"))]
    pub input: String,
}

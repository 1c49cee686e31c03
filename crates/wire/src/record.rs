//! A line of the NDJSON export.

use crate::Prediction;
use digit::Bitmap;
use serde::{Deserialize, Serialize};

/// A line of `GET /api/v1/export/predictions.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Record {
    /// The prediction and its label.
    #[serde(flatten)]
    pub prediction: Prediction,
    /// The preprocessed drawing.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Bitmap))]
    pub bitmap: Bitmap,
    /// The stored input in base64: an image or JSON, according to `input_kind`.
    #[cfg_attr(feature = "openapi", schema(content_encoding = "base64"))]
    pub input: String,
}

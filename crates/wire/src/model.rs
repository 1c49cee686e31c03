//! The registry of models.

use digit::ModelVersion;
use serde::{Deserialize, Serialize};

/// The answer to `GET /api/v1/models/serving`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServingModel {
    /// The version that serves.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub version: ModelVersion,
}

//! The predictions of several model versions for one drawing.

use crate::Answer;
use serde::{Deserialize, Serialize};

/// The answer to `GET /api/v1/predictions/{id}/models`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PredictionsByModel {
    /// One of each version that is loaded: first the one that serves, then the newest first.
    pub predictions: Vec<Answer>,
}

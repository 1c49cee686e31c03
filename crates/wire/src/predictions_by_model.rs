//! The predictions of several model versions for one drawing.

use crate::Answer;
use serde::{Deserialize, Serialize};

/// The answer to `GET /api/v1/predictions/{id}/models`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PredictionsByModel {
    /// The prediction of each loaded version: the serving version's first, then from the newest to the oldest.
    pub predictions: Vec<Answer>,
}

//! What several versions of the model say of one drawing.

use super::Answer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer to `GET /predictions/{id}/readings`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Readings {
    /// One of each version that is loaded: first the one that serves, then the newest first.
    pub readings: Vec<Answer>,
}

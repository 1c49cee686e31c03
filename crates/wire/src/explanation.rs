//! What an answer rests on.

use crate::Answer;
use serde::{Deserialize, Serialize};

/// Both services' answer to `POST /explain`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explanation {
    /// The answer, with the bitmap.
    #[serde(flatten)]
    pub answer: Answer,
    /// How much of the evidence for the prediction each pixel of the bitmap bears, in their order: by how many nats the
    /// log-odds of the predicted digit fall where ink is taken away there. Below 0, the ink speaks against it; where
    /// there is no ink, it is 0.
    #[cfg_attr(feature = "openapi", schema(min_items = 784, max_items = 784))]
    pub attribution: Vec<f32>,
}

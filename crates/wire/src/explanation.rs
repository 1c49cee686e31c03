//! The explanation of an answer.

use crate::Answer;
use serde::{Deserialize, Serialize};

/// Both services' answer to `POST /explain`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explanation {
    /// The answer, with the bitmap.
    #[serde(flatten)]
    pub answer: Answer,
    /// The attribution of each pixel of the bitmap, in the same order: the decrease of the log-odds of the predicted
    /// digit, in nats, when the foreground around the pixel is removed. Below 0, the foreground is evidence against the
    /// prediction. In the background it is 0.
    #[cfg_attr(feature = "openapi", schema(min_items = 784, max_items = 784))]
    pub attribution: Vec<f32>,
}

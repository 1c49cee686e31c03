//! What a drawing was taken for.

use crate::DeletionToken;
use digit::{Bitmap, Digit, Reason};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The model service's answer to `POST /predict`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Answer {
    /// The most probable digit.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Digit))]
    pub prediction: Digit,
    /// Its probability, from 0 to 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1))]
    pub confidence: f32,
    /// The probability of each digit, 0 to 9; they sum to 1.
    #[cfg_attr(feature = "openapi", schema(min_items = 10, max_items = 10))]
    pub probabilities: [f32; 10],
    /// Whether it is a digit at all.
    pub verdict: Verdict,
    /// Why it is none, when it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, value_type = Option<crate::schema::Reason>))]
    pub reason: Option<Reason>,
    /// Which version of the model answered.
    pub model: String,
    /// What the network saw, if the client asked to have it explained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, value_type = Option<crate::schema::Bitmap>))]
    pub bitmap: Option<Bitmap>,
}

/// The model service's answer to `GET /`: what it is and where to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct About {
    /// The service's name.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// The version of the model that answers.
    pub model: String,
    /// All versions that are loaded and can be asked: first the one that answers, then the one that was trained last.
    pub loaded: Vec<String>,
    /// Addresses, by what is there.
    pub links: BTreeMap<String, String>,
}

/// Whether a drawing is a digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is one.
    Digit,
    /// It is something else; the prediction is only the digit that it is most like.
    NotADigit,
}

impl Verdict {
    /// The name, as in JSON and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Digit => "digit",
            Self::NotADigit => "not_a_digit",
        }
    }
}

/// The web service's answer to `POST /predict`: the model's, and whether it was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PredictResponse {
    /// Under which id it was recorded; a preview has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub id: Option<Uuid>,
    /// The model's answer.
    #[serde(flatten)]
    pub answer: Answer,
    /// Whether it was recorded.
    pub saved: bool,
    /// Whoever knows this may delete it: keep it, for it is told only here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub deletion_token: Option<DeletionToken>,
}

//! The answers to `POST /predict`, and to `GET /` and `GET /readyz` of the model service.

use crate::DeletionToken;
use digit::{Bitmap, Digit, ModelVersion, Reason};
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
    /// Whether the drawing is a digit.
    pub verdict: Verdict,
    /// The reason, if the drawing is not a digit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, value_type = Option<crate::schema::Reason>))]
    pub reason: Option<Reason>,
    /// The version of the model that answered.
    pub model: String,
    /// The preprocessed drawing, if the client requested it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, value_type = Option<crate::schema::Bitmap>))]
    pub bitmap: Option<Bitmap>,
}

/// The model service's answer to `GET /`: its versions and links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct About {
    /// The service's name.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// The serving version, which answers by default.
    pub model: String,
    /// All loaded versions: the serving one first, then the others from the newest to the oldest.
    pub loaded: Vec<String>,
    /// Links by name.
    pub links: BTreeMap<String, String>,
}

/// The model service's answer to `GET /readyz`. The two versions differ until the wanted one is loaded, or as long as it
/// cannot be loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelReadiness {
    /// The version that serves.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub serving: ModelVersion,
    /// The version that is to serve.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub wanted: ModelVersion,
}

/// Whether a drawing is a digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is a digit.
    Digit,
    /// It is not a digit. The prediction is only the most similar digit.
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

/// The web service's answer to `POST /predict`: the model's answer, and whether it is recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PredictResponse {
    /// The id of the recorded prediction; a preview has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub id: Option<Uuid>,
    /// The model's answer.
    #[serde(flatten)]
    pub answer: Answer,
    /// Whether it is recorded.
    pub saved: bool,
    /// The token that deletes the drawing. Keep it: no other answer contains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub deletion_token: Option<DeletionToken>,
}

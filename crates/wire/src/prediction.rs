//! A recorded prediction, and what people say it really is.

use crate::{InputKind, Verdict};
use digit::{Digit, Reason, TrueLabel};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// A row of the table `predictions` with the last label given to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Prediction {
    /// Its id, a `UUIDv7`: ids sort by time.
    pub id: Uuid,
    /// When it was recorded.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// The most probable digit.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Digit))]
    pub prediction: Digit,
    /// Its probability, from 0 to 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1))]
    pub confidence: f32,
    /// The probability of each digit, 0 to 9.
    #[cfg_attr(feature = "openapi", schema(min_items = 10, max_items = 10))]
    pub probabilities: [f32; 10],
    /// Whether it was taken for a digit at all.
    pub verdict: Verdict,
    /// Why it was taken for none, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, value_type = Option<crate::schema::Reason>))]
    pub reason: Option<Reason>,
    /// Which version of the model answered.
    pub model: String,
    /// Where the drawing came from.
    pub source: Source,
    /// What it came as.
    pub input_kind: InputKind,
    /// How long the model service took to answer, in milliseconds; not told of drawings from before that was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, minimum = 0))]
    pub latency_ms: Option<f32>,
    /// What a person said it is; `null` while nobody has.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::TrueLabel>))]
    pub true_label: Option<TrueLabel>,
}

/// Where a drawing came from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Drawn on the page.
    Canvas,
    /// A file given to the page.
    Upload,
    /// Sent by a program.
    #[default]
    Api,
}

impl Source {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Canvas, Self::Upload, Self::Api];

    /// The name, as in JSON and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Canvas => "canvas",
            Self::Upload => "upload",
            Self::Api => "api",
        }
    }
}

/// The body of `PUT /api/v1/predictions/{id}/label`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Labelling {
    /// What the drawing really is.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::TrueLabel))]
    pub true_label: TrueLabel,
}

/// The answer to `GET /api/v1/predictions`: newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page {
    /// The predictions.
    pub predictions: Vec<Prediction>,
    /// What to pass as `before` for the page of older ones; `null` on the last page.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next: Option<Uuid>,
}

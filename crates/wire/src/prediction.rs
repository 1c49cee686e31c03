//! Recorded predictions and their labels.

use crate::{InputKind, Verdict};
use digit::{Bitmap, Digit, Reason, TrueLabel};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// A recorded prediction with the label that counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Prediction {
    /// Its id, a `UUIDv7`, so ids sort by time.
    pub id: Uuid,
    /// The time at which the service recorded it.
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
    /// Whether the drawing is predicted as a digit.
    pub verdict: Verdict,
    /// The reason, if it is predicted as not a digit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, value_type = Option<crate::schema::Reason>))]
    pub reason: Option<Reason>,
    /// The version of the model that answered.
    pub model: String,
    /// The source of the drawing.
    pub source: Source,
    /// The format of the input.
    pub input_kind: InputKind,
    /// The latency of the model service, in milliseconds; missing if it was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, minimum = 0))]
    pub latency_ms: Option<f32>,
    /// The label; `null` if there is none.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::TrueLabel>))]
    pub true_label: Option<TrueLabel>,
}

/// The source of a drawing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Drawn on the page.
    Canvas,
    /// A file uploaded on the page.
    Upload,
    /// Sent by an API client.
    #[default]
    Api,
}

impl Source {
    /// All sources.
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
    /// The label.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::TrueLabel))]
    pub true_label: TrueLabel,
    /// Whether the labelling queue gave the drawing.
    #[serde(default)]
    pub from_queue: bool,
}

/// The answer to `GET /api/v1/labelling-queue`. It says nothing about predictions, so that these do not influence labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LabellingQueue {
    /// The drawings, in the order in which to label them.
    pub drawings: Vec<QueuedDrawing>,
}

/// A drawing to label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueuedDrawing {
    /// Its id.
    pub id: Uuid,
    /// The preprocessed drawing.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Bitmap))]
    pub bitmap: Bitmap,
}

/// The answer to `GET /api/v1/predictions`: newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page {
    /// The predictions.
    pub predictions: Vec<Prediction>,
    /// The value of `before` for the next page; `null` on the last page.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next: Option<Uuid>,
}

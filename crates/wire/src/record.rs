//! The lines of NDJSON exports.

use crate::Prediction;
use digit::{Bitmap, TrueLabel};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// A line of `GET /api/v1/export/predictions.ndjson`, which `api import` reads. A line of `GET /api/v1/me` has neither
/// `visitor_id` nor `deletion_token_hash` nor `labels`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Record {
    /// The prediction and its label.
    #[serde(flatten)]
    pub prediction: Prediction,
    /// The preprocessed drawing.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Bitmap))]
    pub bitmap: Bitmap,
    /// The stored input in base64: an image or JSON, according to `input_kind`.
    #[cfg_attr(feature = "openapi", schema(content_encoding = "base64"))]
    pub input: String,
    /// Whether the person who drew allows the drawing to train a model; missing if nobody was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub may_train: Option<bool>,
    /// The visitor who drew; missing if a program without a token drew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub visitor_id: Option<Uuid>,
    /// The name of the person who drew, if somebody brought drawings of several people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, min_length = 1, max_length = 100))]
    pub writer: Option<String>,
    /// Whether an operator drew, or brought the drawing; so if there is a `writer`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_from_operator: bool,
    /// The SHA-256 of the deletion token in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, content_encoding = "base64"))]
    pub deletion_token_hash: Option<String>,
    /// Whether the drawing belongs to the random sample. An import of a file without this field leaves that to chance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub in_random_sample: Option<bool>,
    /// All labels, the earliest first. `true_label` is the one that counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RecordedLabel>,
}

/// A label in a [`Record`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordedLabel {
    /// The label; `null` if it withdraws the earlier ones of the same person.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::TrueLabel>))]
    pub true_label: Option<TrueLabel>,
    /// The time at which the service recorded it.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// How the person came to the drawing.
    pub origin: Origin,
    /// The visitor who labelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub labeller: Option<Uuid>,
    /// The account that labelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub user_id: Option<Uuid>,
    /// The role of the account at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub role: Option<LabellerRole>,
    /// Whether the labels of the account count; missing if they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub labels_count: Option<bool>,
}

/// How a person came to the drawing that the person labelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The person drew it.
    Own,
    /// From the labelling queue, the lowest confidence first.
    Queue,
    /// From the labelling queue, chosen at random.
    RandomSample,
    /// From the labelling queue, a drawing whose label an operator confirmed.
    Gold,
    /// A program sent the label.
    Api,
    /// The person looked at the drawing on a page.
    Open,
}

impl Origin {
    /// The name, as in JSON and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Queue => "queue",
            Self::RandomSample => "random_sample",
            Self::Gold => "gold",
            Self::Api => "api",
            Self::Open => "open",
        }
    }
}

/// The role of an account that labelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "their names are their descriptions")]
pub enum LabellerRole {
    Labeller,
    Operator,
}

impl LabellerRole {
    /// The name, as in JSON and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Labeller => "labeller",
            Self::Operator => "operator",
        }
    }
}

/// A line of `GET /api/v1/me` after the drawings: a label that the caller gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GivenLabel {
    /// The id of the drawing.
    pub prediction_id: Uuid,
    /// The label; `null` if it withdraws the earlier ones.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::TrueLabel>))]
    pub true_label: Option<TrueLabel>,
    /// The time at which the service recorded it.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// The answer to `POST /api/v1/import`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Imported {
    /// The number of predictions that were inserted.
    pub imported: usize,
    /// The number of predictions that were there already.
    pub present: usize,
}

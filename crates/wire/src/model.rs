//! The registry of models.

use crate::TrainingProgress;
use digit::ModelVersion;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The answer to `GET /api/v1/models`: newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Models {
    /// The models.
    pub models: Vec<RegisteredModel>,
}

/// A model of the registry, and the event that led to its state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegisteredModel {
    /// The version.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub version: ModelVersion,
    /// The state.
    pub state: ModelState,
    /// The time of the change to this state.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// The person or program that changed the state.
    pub actor: String,
    /// The reason that they gave; `null` if none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub reason: Option<String>,
    /// The progress of the run that trains it; missing if none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub progress: Option<TrainingProgress>,
    /// The comparison with the model that serves on stored drawings; missing unless the state is `shadow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub shadow: Option<ShadowProgress>,
}

/// The progress of a shadow: a challenger and the model that serves classify the same stored drawings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShadowProgress {
    /// The number of drawings that both models classified.
    pub pairs: u64,
    /// The number of these on which the answers differ.
    pub disagreements: u64,
    /// The number of disagreements with a trusted label.
    pub labelled: u64,
    /// The number of these that only the challenger classified correctly.
    pub won: u64,
    /// The number of these that only the model that serves classified correctly.
    pub lost: u64,
    /// The evidence that the challenger is better; 20 decides.
    pub e_value_better: f64,
    /// The evidence that the challenger is worse; 20 decides.
    pub e_value_worse: f64,
    /// The time at which the shadow began.
    #[serde(with = "time::serde::rfc3339")]
    pub started: OffsetDateTime,
    /// The time at which it ends at the latest.
    #[serde(with = "time::serde::rfc3339")]
    pub ends: OffsetDateTime,
}

/// The state of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ModelState {
    /// Its training examples are chosen.
    Proposed,
    /// A trainer trains it.
    Training,
    /// It is trained and evaluated, and may serve.
    Evaluated,
    /// It shall not serve.
    Rejected,
    /// It classifies stored drawings beside the model that serves, until people's labels decide between both.
    Shadow,
    /// It serves.
    Serving,
    /// It served earlier.
    Retired,
}

impl ModelState {
    /// The name, as in JSON and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Training => "training",
            Self::Evaluated => "evaluated",
            Self::Rejected => "rejected",
            Self::Shadow => "shadow",
            Self::Serving => "serving",
            Self::Retired => "retired",
        }
    }
}

/// The answer to `GET /api/v1/models/serving`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServingModel {
    /// The version that serves.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub version: ModelVersion,
}

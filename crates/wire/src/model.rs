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
    /// It classifies stored drawings beside the model that serves.
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

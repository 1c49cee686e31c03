//! Of which predictions the quality is wanted, as a query string says it.

use crate::store::QualityScope;
use digit::ModelVersion;
use serde::Deserialize;
use service::{ApiError, empty_as_none, parameters::model_version};
use time::{Date, Duration, OffsetDateTime};
use utoipa::IntoParams;
use wire::Code;

/// Conditions that both must hold; one that is left out holds for every prediction.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct QualityQuery {
    /// Only predictions of this model version.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = model_version)]
    model: Option<ModelVersion>,
    /// Only the last so many days, today included.
    #[param(minimum = 1, maximum = 65535)]
    pub(crate) days: Option<u16>,
}

impl QualityQuery {
    /// What is asked for.
    pub(crate) fn scope(self) -> Result<QualityScope, ApiError> {
        let model = self.model;
        let Some(days) = self.days else { return Ok(QualityScope { model, since: None }) };
        if days == 0 {
            return Err(ApiError::new(Code::InvalidQuery, "\"days\" is a number from 1."));
        }
        Ok(QualityScope { model, since: Some(first_of(days)) })
    }
}

/// The first of the last so many days.
fn first_of(days: u16) -> Date {
    OffsetDateTime::now_utc().date().saturating_sub(Duration::days(i64::from(days) - 1))
}

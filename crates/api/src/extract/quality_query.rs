//! The scope of a quality report in a query string.

use crate::store::QualityScope;
use digit::ModelVersion;
use serde::Deserialize;
use service::{ApiError, empty_as_none, parameters::model_version};
use time::{Date, Duration, OffsetDateTime};
use utoipa::IntoParams;
use wire::Code;

/// Conditions, both of which must hold. A condition that is left out holds for every prediction.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct QualityQuery {
    /// Only predictions of this model version.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = model_version)]
    model: Option<ModelVersion>,
    /// Only predictions of this number of days (UTC), which ends with today.
    #[param(minimum = 1, maximum = 65535)]
    pub(crate) days: Option<u16>,
}

impl QualityQuery {
    /// The scope.
    pub(crate) fn scope(self) -> Result<QualityScope, ApiError> {
        let model = self.model;
        let Some(days) = self.days else { return Ok(QualityScope { model, since: None }) };
        if days == 0 {
            return Err(ApiError::new(Code::InvalidQuery, "\"days\" is a number from 1."));
        }
        Ok(QualityScope { model, since: Some(first_of(days)) })
    }
}

/// The first day of a period that ends today.
fn first_of(days: u16) -> Date {
    OffsetDateTime::now_utc().date().saturating_sub(Duration::days(i64::from(days) - 1))
}

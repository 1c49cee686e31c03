//! `GET /quality.json` and `GET /reliability`: how good the answers have been, all of them and those of one confidence.

use crate::{Api, store::Judged};
use axum::{Json, extract::State};
use digit::{
    ModelVersion,
    wire::{Code, Quality, Reliability},
};
use serde::Deserialize;
use service::{Documented, Failure, Params, empty_as_none, parameters::model_version};
use std::sync::Arc;
use time::{Date, Duration, OffsetDateTime};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn router() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(quality).refuses(&[Code::InvalidQuery, Code::DatabaseUnavailable]))
        .routes(routes!(reliability).refuses(&[Code::InvalidQuery, Code::DatabaseUnavailable]))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Scope {
    /// Only what this version of the model answered.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = model_version)]
    model: Option<ModelVersion>,
    /// Only the last so many days, today included.
    #[param(minimum = 1, maximum = 65535)]
    pub(super) days: Option<u16>,
}

/// Tells how good the answers have been, by what people said of them.
#[utoipa::path(
    get, path = "/quality.json", tag = "Quality", params(Scope),
    responses((status = OK, description = "Accuracy, confusions, reliability and time", body = Quality)),
)]
async fn quality(State(api): State<Arc<Api>>, Params(scope): Params<Scope>) -> Result<Json<Quality>, Failure> {
    Ok(Json(api.store.quality(&scope.judged()?).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Sure {
    /// How sure the answer is, as its `confidence` tells.
    #[param(minimum = 0, maximum = 1)]
    confidence: f64,
    /// Only what this version of the model answered.
    #[serde(default, deserialize_with = "empty_as_none")]
    #[param(schema_with = model_version)]
    model: Option<ModelVersion>,
}

/// Tells how often answers of about this confidence have been right, by what people said of them.
///
/// About means within the same step, of 5 % mostly; the answer names it. Where a drawing was taken for no digit, the
/// confidence tells how sure it would be if it were one, which nobody can check: such answers do not count.
#[utoipa::path(
    get, path = "/reliability", tag = "Quality", params(Sure),
    responses((status = OK, description = "The step, and how many of its answers were right", body = Reliability)),
)]
async fn reliability(
    State(api): State<Arc<Api>>,
    Params(Sure { confidence, model }): Params<Sure>,
) -> Result<Json<Reliability>, Failure> {
    if !(0.0..=1.0).contains(&confidence) {
        return Err(Failure::new(Code::InvalidQuery, "\"confidence\" is a number from 0 to 1."));
    }
    #[expect(clippy::cast_possible_truncation, reason = "confidences are recorded as f32")]
    let recorded = confidence as f32;
    Ok(Json(api.store.reliability(recorded, model.as_ref().map(ModelVersion::as_str)).await?))
}

impl Scope {
    /// What is asked for.
    pub(super) fn judged(self) -> Result<Judged, Failure> {
        let model = self.model;
        let Some(days) = self.days else { return Ok(Judged { model, since: None }) };
        if days == 0 {
            return Err(Failure::new(Code::InvalidQuery, "\"days\" is a number from 1."));
        }
        Ok(Judged { model, since: Some(first_of(days)) })
    }
}

/// The first of the last so many days.
fn first_of(days: u16) -> Date {
    OffsetDateTime::now_utc().date().saturating_sub(Duration::days(i64::from(days) - 1))
}

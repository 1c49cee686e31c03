//! `GET /quality.json`: how good the answers have been.

use crate::{Api, store::Judged};
use axum::{Json, extract::State};
use digit::wire::{Code, Quality};
use serde::Deserialize;
use service::{Documented, Failure, Params};
use std::sync::Arc;
use time::{Date, Duration, OffsetDateTime};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn router() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new().routes(routes!(quality).refuses(&[Code::InvalidQuery, Code::DatabaseUnavailable]))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Scope {
    /// Only what this version of the model answered.
    model: Option<String>,
    /// Only the last so many days, today included.
    #[param(minimum = 1)]
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

impl Scope {
    /// What is asked for.
    pub(super) fn judged(self) -> Result<Judged, Failure> {
        let model = self.model.filter(|model| !model.is_empty());
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

//! `POST /api/v1/import`: inserts the predictions of an export.

use crate::{
    Api,
    access::{Access, Routes},
    identity::{Actor, Scope},
    import::{InvalidLines, parse_lines},
    store::{ImportError, ImportRecord, ImportRules, TrustedOperators},
};
use axum::{Json, extract::State};
use service::{ApiError, Documented, RawBody};
use std::sync::Arc;
use utoipa_axum::routes;
use wire::{Code, Imported};

pub(super) fn routes() -> Routes {
    let imported = routes!(import).refuses(&[
        Code::IncompleteBody,
        Code::CrossSiteRequest,
        Code::Timeout,
        Code::PayloadTooLarge,
        Code::InvalidInput,
        Code::StorageFull,
        Code::Overloaded,
        Code::DatabaseUnavailable,
    ]);
    Routes::default().documented(Access::Operators(Some(Scope::Import)), imported)
}

/// Inserts the predictions of an export as lines of JSON, with their ids, times and labels.
///
/// All lines are inserted or none. Predictions that are there already stay as they are, so a client may repeat the request.
/// Divide larger exports into parts of at most 5 MB. A label with the role `operator` keeps it if its `user_id` is an operator
/// here, and gets the role `labeller` otherwise.
#[utoipa::path(
    post, path = "/api/v1/import", tag = "Import",
    request_body(content = inline(String), content_type = "application/x-ndjson"),
    responses((status = OK, description = "The number of predictions that were inserted", body = Imported)),
)]
async fn import(State(api): State<Arc<Api>>, actor: Actor, RawBody(body): RawBody) -> Result<Json<Imported>, ApiError> {
    let parsed = tokio::task::spawn_blocking(move || parse_lines(&body)).await;
    let predictions = parsed.map_err(|error| ApiError::new(Code::Internal, error.to_string()))??;
    let rules = ImportRules { operators: TrustedOperators::OfThisDatabase, storage_limit: api.settings.storage_limit };
    let record = ImportRecord { by: &actor, file: "a request" };
    let imported = api.store.import(&predictions, rules, Some(record)).await?;
    Ok(Json(Imported { imported, present: predictions.len() - imported }))
}

impl From<InvalidLines> for ApiError {
    fn from(error: InvalidLines) -> Self {
        Self::new(Code::InvalidInput, format!("{error}. Nothing is imported."))
    }
}

impl From<ImportError> for ApiError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::StorageFull(_) => Self::new(
                Code::StorageFull,
                "The storage of this service has no room for these drawings. Nothing is imported. Delete drawings or raise \
                 STORAGE_LIMIT.",
            ),
            ImportError::Store(error) => error.into(),
        }
    }
}

//! `/api/v1/me`: everything that belongs to the caller.

use super::export::{Lines, stream_file};
use crate::{
    Api,
    access::{Access, Allowance, Routes},
    identity::{Actor, Caller, Reach, Scope},
    store::Filter,
};
use axum::{extract::State, http::StatusCode, response::IntoResponse};
use service::{ApiError, Documented};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::routes;
use wire::{Code, GivenLabel, Record};

pub(super) fn routes() -> Routes {
    let errors = [Code::Unauthenticated, Code::Overloaded, Code::DatabaseUnavailable];
    let deletion_errors = [Code::Unauthenticated, Code::CrossSiteRequest, Code::DatabaseUnavailable];
    Routes::default()
        .documented(Access::Visitors(Scope::Predict), routes!(export_own).refuses(&errors))
        .documented(Access::Visitors(Scope::Predict), routes!(delete_own).refuses(&deletion_errors))
}

/// A line of the export.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the OpenAPI document describes the lines with it")]
enum MyRecord {
    Drawing(Box<Record>),
    Label(GivenLabel),
}

/// Exports all drawings of the caller with their predictions and labels as NDJSON, newest first, and then the labels that
/// the caller gave, to own drawings and to those of others, the earliest first.
///
/// The caller is the visitor of the cookie `visitor`, the person who has logged in, or the program of the API token.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "History",
    responses((
        status = OK, description = "Lines, each an object of one of these schemas", content_type = "application/x-ndjson",
        body = MyRecord,
    )),
)]
async fn export_own(
    State(api): State<Arc<Api>>,
    caller: Caller,
    allowance: Allowance,
) -> Result<impl IntoResponse, ApiError> {
    let owner = known_owner(&caller)?;
    let slot = allowance.export_own()?;
    stream_file(api.store.snapshot_of(owner, Filter::default()).await?, Lines, slot).await
}

/// Deletes all drawings of the caller, with their predictions and labels.
///
/// The labels that the caller gave to drawings of others stay. Those of a visitor lose the link to the visitor; those of an
/// account stay with the account.
#[utoipa::path(
    delete, path = "/api/v1/me", tag = "History",
    responses((status = NO_CONTENT, description = "All drawings of the caller are deleted")),
)]
async fn delete_own(State(api): State<Arc<Api>>, caller: Caller, actor: Actor) -> Result<StatusCode, ApiError> {
    let Reach::Own(owner) = known_owner(&caller)? else { return Err(unknown_caller()) };
    api.store.delete_all_of(&actor, owner).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The drawings of a caller who is known.
fn known_owner(caller: &Caller) -> Result<Reach, ApiError> {
    let owner = caller.owner();
    if owner.is_known() { Ok(Reach::Own(owner)) } else { Err(unknown_caller()) }
}

fn unknown_caller() -> ApiError {
    let detail = "The request has neither the cookie of a visitor nor a login nor an API token, so nothing is yours.";
    ApiError::new(Code::Unauthenticated, detail).challenge("Bearer")
}

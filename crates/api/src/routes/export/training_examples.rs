//! `GET /api/v1/export/training-examples.ndjson`: the drawings from which a model may learn.

use super::{count_and_record, lines::push};
use crate::{
    Api,
    access::{Access, Allowance, Routes},
    identity::{Actor, Scope},
    store::{ExportError, Filter, TrainingExport},
};
use axum::{
    body::Body,
    extract::State,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::IntoResponse,
};
use futures_util::{StreamExt, stream};
use service::{ApiError, Documented};
use std::{future::ready, sync::Arc};
use utoipa::ToSchema;
use utoipa_axum::routes;
use wire::{Code, TrainingExample, TrainingSnapshot};

const FILE: &str = "training-examples.ndjson";

pub(super) fn routes() -> Routes {
    let errors = [Code::Overloaded, Code::DatabaseUnavailable];
    Routes::default().documented(Access::Operators(Some(Scope::Training)), routes!(training_examples).refuses(&errors))
}

/// A line of the export.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the OpenAPI document describes the lines with it")]
enum TrainingLine {
    Snapshot(TrainingSnapshot),
    Example(Box<TrainingExample>),
}

/// Exports the drawings from which a model may learn, with their labels, as NDJSON.
///
/// The first line describes the snapshot and has the number of examples. Each other line is an example.
#[utoipa::path(
    get, path = "/api/v1/export/training-examples.ndjson", tag = "Export",
    responses((
        status = OK, description = "Lines, each an object of one of these schemas", content_type = "application/x-ndjson",
        body = TrainingLine,
    )),
)]
async fn training_examples(
    State(api): State<Arc<Api>>,
    actor: Actor,
    allowance: Allowance,
) -> Result<impl IntoResponse, ApiError> {
    count_and_record(&api, &actor, &allowance, FILE, &Filter::default()).await?;
    let export = api.store.training_examples(api.settings.trusts_everybody()).await?;
    let mut head = Vec::new();
    push(&mut head, &export.snapshot());
    let body = stream::once(ready(Ok(head))).chain(stream::try_unfold(export, next_lines));
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{FILE}\"")),
    ];
    Ok((headers, Body::from_stream(body)))
}

/// The lines of the next batch. An error aborts the response, so the client detects the truncated file.
async fn next_lines(mut export: TrainingExport) -> Result<Option<(Vec<u8>, TrainingExport)>, ExportError> {
    let examples = export.next().await.inspect_err(|error| tracing::warn!(%error, "an export failed"))?;
    let mut lines = Vec::new();
    for example in &examples {
        push(&mut lines, example);
    }
    Ok((!lines.is_empty()).then_some((lines, export)))
}

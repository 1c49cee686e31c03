//! `GET /api/v1/export/…`: exports of recorded predictions.
//!
//! The api streams an export from one snapshot of the database, so the export is consistent. The memory of the api does
//! not grow with the number of drawings, except for one byte per label in an IDX export.

mod idx;
mod lines;
mod table;
mod training_examples;

use crate::{
    Api,
    access::{Access, Allowance, Routes, Use},
    extract::FilterQuery,
    identity::{Actor, Scope},
    store::{ExportError, ExportedPrediction, Filter, Snapshot},
};
use axum::{
    body::Body,
    extract::State,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::IntoResponse,
};
use futures_util::{StreamExt, stream};
use idx::Idx;
pub(super) use lines::Lines;
use service::{ApiError, Documented, Query};
use std::{future::ready, sync::Arc};
use table::Table;
use utoipa_axum::routes;
use wire::{Code, GivenLabel, Record};

pub(super) fn routes() -> Routes {
    let errors = [Code::InvalidQuery, Code::Overloaded, Code::DatabaseUnavailable];
    let access = Access::Operators(Some(Scope::Export));
    Routes::default()
        .documented(access, routes!(csv).refuses(&errors))
        .documented(access, routes!(ndjson).refuses(&errors))
        .documented(access, routes!(mnist).refuses(&errors))
        .merge(training_examples::routes())
}

/// A file format of an export.
pub(super) trait Format: Send + 'static {
    /// The media type of the file.
    const MEDIA_TYPE: &str;

    /// The value of `Content-Disposition`, with the name of the file.
    const FILE: &str;

    /// Whether the file includes the stored inputs.
    const WITH_INPUT: bool = false;

    /// The bytes before the first prediction.
    fn head(&mut self) -> Vec<u8> {
        Vec::new()
    }

    /// The bytes of a batch of predictions.
    fn portion(&mut self, predictions: Vec<ExportedPrediction>) -> Vec<u8>;

    /// The bytes of a batch of labels that the owner of the drawings gave. Exports of all drawings have no such batch.
    fn given_labels(&mut self, _: &[GivenLabel]) -> Vec<u8> {
        Vec::new()
    }

    /// The bytes after the last prediction.
    fn tail(&mut self) -> Vec<u8> {
        Vec::new()
    }
}

/// Exports predictions with their labels as CSV, newest first.
///
/// The first line has the names of the columns; each other line has a prediction, with the fields of
/// `GET /api/v1/predictions`. `p0` to `p9` are the probabilities. A field without a value is empty.
#[utoipa::path(
    get, path = "/api/v1/export/predictions.csv", tag = "Export", params(FilterQuery),
    responses((status = OK, description = "The table", content_type = "text/csv", body = String)),
)]
async fn csv(
    State(api): State<Arc<Api>>,
    actor: Actor,
    allowance: Allowance,
    Query(filter): Query<FilterQuery>,
) -> Result<impl IntoResponse, ApiError> {
    stream_file(start(&api, &actor, &allowance, "predictions.csv", filter.into()).await?, Table, ()).await
}

/// Exports predictions with their labels, bitmaps and inputs as NDJSON, newest first.
#[utoipa::path(
    get, path = "/api/v1/export/predictions.ndjson", tag = "Export", params(FilterQuery),
    responses((
        status = OK, description = "Lines, each an object of this schema", content_type = "application/x-ndjson",
        body = Record,
    )),
)]
async fn ndjson(
    State(api): State<Arc<Api>>,
    actor: Actor,
    allowance: Allowance,
    Query(filter): Query<FilterQuery>,
) -> Result<impl IntoResponse, ApiError> {
    stream_file(start(&api, &actor, &allowance, "predictions.ndjson", filter.into()).await?, Lines, ()).await
}

/// Exports bitmaps and labels of the drawings that are labelled as a digit, in the format of MNIST, newest first.
///
/// The archive has the files `images-idx3-ubyte` and `labels-idx1-ubyte`. It excludes drawings that have no label, or
/// the label `not_a_digit` or `unsure`, and drawings whose visitor did not allow training. Drawings whose visitor was not
/// asked are included.
#[utoipa::path(
    get, path = "/api/v1/export/mnist.tar", tag = "Export", params(FilterQuery),
    responses((status = OK, description = "The archive", content_type = "application/x-tar", body = inline(Vec<u8>))),
)]
async fn mnist(
    State(api): State<Arc<Api>>,
    actor: Actor,
    allowance: Allowance,
    Query(filter): Query<FilterQuery>,
) -> Result<impl IntoResponse, ApiError> {
    let filter = Filter { only_digits: true, only_trainable: true, ..filter.into() };
    let mut snapshot = start(&api, &actor, &allowance, "mnist.tar", filter).await?;
    let format = Idx::new(snapshot.count().await?);
    stream_file(snapshot, format, ()).await
}

/// Counts an export, and records it in the audit log.
async fn count_and_record(
    api: &Api,
    actor: &Actor,
    allowance: &Allowance,
    file: &str,
    filter: &Filter,
) -> Result<(), ApiError> {
    allowance.spend(Use::Export)?;
    Ok(api.store.record_export(actor, file, filter).await?)
}

/// Counts and records an export, and takes its snapshot.
async fn start(
    api: &Api,
    actor: &Actor,
    allowance: &Allowance,
    file: &str,
    filter: Filter,
) -> Result<Snapshot, ApiError> {
    count_and_record(api, actor, allowance, file, &filter).await?;
    Ok(api.store.snapshot(filter).await?)
}

/// Streams an export. An error before the first batch is an ordinary API error. A later one aborts the response, so the
/// client detects the truncated file. `guard` is dropped when the response ends.
pub(super) async fn stream_file<F: Format>(
    snapshot: Snapshot,
    mut format: F,
    guard: impl Send + 'static,
) -> Result<impl IntoResponse, ApiError> {
    let portions = snapshot.read(F::WITH_INPUT).await?;
    let head = stream::once(ready(Ok::<_, ExportError>(format.head())));
    let rest = stream::try_unfold(Some((portions, format, guard)), async |state| {
        let Some((mut portions, mut format, guard)) = state else { return Ok(None) };
        let portion = portions.next().await.inspect_err(|error| tracing::warn!(%error, "an export failed"))?;
        if portion.is_end() {
            return Ok(Some((format.tail(), None)));
        }
        let mut bytes = format.portion(portion.predictions);
        bytes.extend(format.given_labels(&portion.given_labels));
        Ok(Some((bytes, Some((portions, format, guard)))))
    });
    Ok(([(CONTENT_TYPE, F::MEDIA_TYPE), (CONTENT_DISPOSITION, F::FILE)], Body::from_stream(head.chain(rest))))
}

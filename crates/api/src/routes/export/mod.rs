//! `GET /api/v1/export/…`: what was kept, to take along.
//!
//! An export is written while it is read, from one snapshot: it takes hardly more memory for a million drawings than for
//! a thousand (the labels of IDX wait for its images, a byte each), and holds together whatever happens meanwhile.

mod idx;
mod lines;
mod table;

use crate::{
    Api,
    extract::FilterQuery,
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
use lines::Lines;
use service::{ApiError, Documented, Query};
use std::{future::ready, sync::Arc};
use table::Table;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Code, Record};

pub(super) fn router() -> OpenApiRouter<Arc<Api>> {
    let refusals = [Code::InvalidQuery, Code::Overloaded, Code::DatabaseUnavailable];
    OpenApiRouter::new()
        .routes(routes!(csv).refuses(&refusals))
        .routes(routes!(ndjson).refuses(&refusals))
        .routes(routes!(mnist).refuses(&refusals))
}

/// A way to write drawings down.
trait Format: Send + 'static {
    /// What it is.
    const MEDIA_TYPE: &str;

    /// What its file is called, as `Content-Disposition` says it.
    const FILE: &str;

    /// Whether it holds what was sent.
    const WITH_INPUT: bool = false;

    /// What comes before the drawings.
    fn head(&mut self) -> Vec<u8> {
        Vec::new()
    }

    /// Some of them.
    fn portion(&mut self, kept: Vec<ExportedPrediction>) -> Vec<u8>;

    /// What comes after the last.
    fn tail(&mut self) -> Vec<u8> {
        Vec::new()
    }
}

/// Exports predictions with their labels as a table, newest first.
///
/// Comma-separated values: a line with the names of the columns, and a line for each prediction, with what
/// `GET /api/v1/predictions` tells of it. `p0` to `p9` are the probabilities; what is not known is empty.
#[utoipa::path(
    get, path = "/api/v1/export/predictions.csv", tag = "Export", params(FilterQuery),
    responses((status = OK, description = "The table", content_type = "text/csv", body = String)),
)]
async fn csv(State(api): State<Arc<Api>>, Query(wanted): Query<FilterQuery>) -> Result<impl IntoResponse, ApiError> {
    written(api.store.snapshot(wanted.into()).await?, Table).await
}

/// Exports all that is kept, newest first: predictions with their labels, bitmaps, and the drawings as they were sent.
#[utoipa::path(
    get, path = "/api/v1/export/predictions.ndjson", tag = "Export", params(FilterQuery),
    responses((
        status = OK, description = "Lines, each of which is such an object", content_type = "application/x-ndjson",
        body = Record,
    )),
)]
async fn ndjson(State(api): State<Arc<Api>>, Query(wanted): Query<FilterQuery>) -> Result<impl IntoResponse, ApiError> {
    written(api.store.snapshot(wanted.into()).await?, Lines).await
}

/// Exports bitmaps and labels in the format of MNIST, newest first: of the drawings that are labelled as a digit.
///
/// An archive with the files `images-idx3-ubyte` and `labels-idx1-ubyte`. What is labelled `not_a_digit` or `unsure` is
/// left out, as is what has no label.
#[utoipa::path(
    get, path = "/api/v1/export/mnist.tar", tag = "Export", params(FilterQuery),
    responses((status = OK, description = "The archive", content_type = "application/x-tar", body = inline(Vec<u8>))),
)]
async fn mnist(State(api): State<Arc<Api>>, Query(wanted): Query<FilterQuery>) -> Result<impl IntoResponse, ApiError> {
    let mut snapshot = api.store.snapshot(Filter { only_digits: true, ..wanted.into() }).await?;
    let format = Idx::new(snapshot.count().await?);
    written(snapshot, format).await
}

/// The export as a file. What goes wrong before there is anything to write is told as elsewhere; what does later breaks
/// the answer off, so that no client takes a part for the whole.
async fn written<F: Format>(snapshot: Snapshot, mut format: F) -> Result<impl IntoResponse, ApiError> {
    let portions = snapshot.read(F::WITH_INPUT).await?;
    let head = stream::once(ready(Ok::<_, ExportError>(format.head())));
    let rest = stream::try_unfold(Some((portions, format)), async |open| {
        let Some((mut portions, mut format)) = open else { return Ok(None) };
        let portion = portions.next().await.inspect_err(|error| tracing::warn!(%error, "an export broke off"))?;
        if portion.is_empty() {
            return Ok(Some((format.tail(), None)));
        }
        Ok(Some((format.portion(portion), Some((portions, format)))))
    });
    Ok(([(CONTENT_TYPE, F::MEDIA_TYPE), (CONTENT_DISPOSITION, F::FILE)], Body::from_stream(head.chain(rest))))
}

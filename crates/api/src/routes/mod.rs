//! The HTTP API: JSON and exported files.

mod document;
mod explain;
mod export;
mod gallery;
mod import;
mod me;
mod models;
mod open_inference;
mod predict;
mod predictions;
mod predictions_by_model;
mod probes;
mod quality;
mod training_runs;

pub(crate) use predictions::cached_briefly;

use crate::access::Routes;
use utoipa::OpenApi;

/// All documented routes.
pub(crate) fn routes() -> Routes {
    Routes::new(document::Document::openapi())
        .merge(predict::routes())
        .merge(explain::routes())
        .merge(predictions::routes())
        .merge(predictions_by_model::routes())
        .merge(export::routes())
        .merge(import::routes())
        .merge(me::routes())
        .merge(open_inference::routes())
        .merge(gallery::routes())
        .merge(quality::routes())
        .merge(models::routes())
        .merge(training_runs::routes())
        .merge(probes::routes())
}

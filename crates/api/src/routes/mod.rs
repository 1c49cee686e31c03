//! The HTTP API: JSON and exported files.

mod document;
mod explain;
mod export;
mod predict;
mod predictions;
mod predictions_by_model;
mod probes;
mod quality;

pub(crate) use predictions::cached_briefly;

use crate::Api;
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// All documented routes.
pub(crate) fn router() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(document::Document::openapi())
        .merge(predict::router())
        .merge(explain::router())
        .merge(predictions::router())
        .merge(predictions_by_model::router())
        .merge(export::router())
        .merge(quality::router())
        .merge(probes::router())
}

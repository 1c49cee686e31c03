//! `/api/v1/gallery…`: the public gallery.

use super::{cached_briefly, predictions::page_length};
use crate::{
    Api,
    access::{Access, Allowance, Routes, Use},
    extract::{PathId, WithGallery, unknown_prediction},
    store::GalleryState,
};
use axum::{Json, extract::State, response::IntoResponse};
use serde::Deserialize;
use service::{ApiError, Documented, Query};
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::routes;
use uuid::Uuid;
use wire::{Code, GalleryPage};

pub(super) fn routes() -> Routes {
    let listed = routes!(gallery).refuses(&[Code::InvalidQuery, Code::NotFound, Code::DatabaseUnavailable]);
    let shown = routes!(gallery_bitmap).refuses(&[Code::NotFound, Code::DatabaseUnavailable]);
    Routes::default().documented(Access::Everybody, listed).documented(Access::Everybody, shown)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct GalleryRange {
    /// The largest number of drawings on the page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u8>,
    /// Only those older than the drawing with this id.
    before: Option<Uuid>,
}

/// Lists the drawings of the public gallery, newest first.
///
/// There is a gallery only with `PUBLIC_GALLERY=true`.
#[utoipa::path(
    get, path = "/api/v1/gallery", tag = "Gallery", params(GalleryRange),
    responses((status = OK, description = "A page of drawings, and the start of the next one", body = GalleryPage)),
)]
async fn gallery(
    _: WithGallery,
    State(api): State<Arc<Api>>,
    allowance: Allowance,
    Query(range): Query<GalleryRange>,
) -> Result<Json<GalleryPage>, ApiError> {
    allowance.spend(Use::Read)?;
    Ok(Json(api.store.gallery(GalleryState::Shown, page_length(range.limit)?, range.before).await?))
}

/// Returns a drawing of the gallery as an image: 28 × 28 pixels, a black foreground on a transparent background.
#[utoipa::path(
    get, path = "/api/v1/gallery/{id}/bitmap.png", tag = "Gallery",
    params(("id" = Uuid, Path, description = "The drawing's id.")),
    responses((status = OK, description = "The image", content_type = "image/png", body = inline(Vec<u8>))),
)]
async fn gallery_bitmap(
    _: WithGallery,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
) -> Result<impl IntoResponse, ApiError> {
    let (_, bitmap) = api.store.gallery_drawing(id).await?.ok_or_else(unknown_prediction)?;
    Ok((cached_briefly("image/png"), bitmap.to_png()))
}

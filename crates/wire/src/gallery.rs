//! The public gallery.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// The answer to `GET /api/v1/gallery`: newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GalleryPage {
    /// The drawings.
    pub drawings: Vec<GalleryDrawing>,
    /// The value of `before` for the next page; `null` on the last page.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next: Option<Uuid>,
}

/// A drawing in the gallery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GalleryDrawing {
    /// Its id. `/api/v1/gallery/{id}/bitmap.png` is its picture.
    pub id: Uuid,
    /// The time at which the service recorded it.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

//! The setting `PUBLIC_GALLERY`, without which the routes of the gallery do not exist.

use crate::Api;
use axum::{extract::FromRequestParts, http::request::Parts};
use service::ApiError;
use std::sync::Arc;
use wire::Code;

/// Succeeds if the service has a public gallery.
pub(crate) struct WithGallery;

impl FromRequestParts<Arc<Api>> for WithGallery {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        if api.settings.has_public_gallery {
            return Ok(Self);
        }
        Err(ApiError::new(Code::NotFound, "There is a gallery only with PUBLIC_GALLERY=true."))
    }
}

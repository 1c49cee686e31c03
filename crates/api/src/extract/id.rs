//! A prediction's id in a path.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use service::ApiError;
use utoipa::IntoParams;
use uuid::Uuid;
use wire::Code;

/// The `{id}` of `/api/v1/predictions/{id}`.
#[derive(Debug, Clone, Copy, IntoParams)]
#[into_params(names("id"), parameter_in = Path)]
pub(crate) struct PredictionId(
    /// The prediction's id.
    pub(crate) Uuid,
);

impl<S: Send + Sync> FromRequestParts<S> for PredictionId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let id = Path::<Uuid>::from_request_parts(parts, state).await;
        id.map(|Path(id)| Self(id)).map_err(|_| unknown_prediction())
    }
}

/// No prediction has the id.
pub(crate) fn unknown_prediction() -> ApiError {
    ApiError::new(Code::NotFound, "There is no prediction with this id.")
}

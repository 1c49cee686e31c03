//! The version of a model in a path.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use digit::ModelVersion;
use service::ApiError;
use utoipa::IntoParams;
use wire::Code;

/// The `{version}` of a path.
#[derive(Debug, IntoParams)]
#[into_params(names("version"), parameter_in = Path)]
pub(crate) struct Version(
    /// The version of a model.
    #[param(value_type = String)]
    pub(crate) ModelVersion,
);

impl<S: Send + Sync> FromRequestParts<S> for Version {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let version = Path::<ModelVersion>::from_request_parts(parts, state).await;
        version.map(|Path(version)| Self(version)).map_err(|_| unknown_model())
    }
}

/// Returns the error for a version without a model.
pub(crate) fn unknown_model() -> ApiError {
    ApiError::new(Code::UnknownModel, "The registry has no such model. GET /api/v1/models lists them.")
}

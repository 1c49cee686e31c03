//! A prediction's id in a path.

use crate::{Api, StoreError, identity::Reach};
use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use service::ApiError;
use std::sync::Arc;
use utoipa::IntoParams;
use uuid::Uuid;
use wire::Code;

/// The `{id}` of `/api/v1/predictions/{id}`, a prediction that the request may reach. Another's drawing is not found, so
/// nobody can learn by its id that it exists.
#[derive(Debug, Clone, Copy, IntoParams)]
#[into_params(names("id"), parameter_in = Path)]
pub(crate) struct PredictionId(
    /// The prediction's id.
    pub(crate) Uuid,
);

/// The same for a handler that checks itself whether the request may reach the prediction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PathId(pub(crate) Uuid);

impl FromRequestParts<Arc<Api>> for PredictionId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let PathId(id) = PathId::from_request_parts(parts, api).await?;
        let reach = Reach::from_request_parts(parts, api).await?;
        reachable(api, reach, id).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let id = Path::<Uuid>::from_request_parts(parts, state).await;
        id.map(|Path(id)| Self(id)).map_err(|_| unknown_prediction())
    }
}

/// The same id if the request may reach the prediction.
pub(crate) async fn reachable(api: &Api, reach: Reach, id: Uuid) -> Result<Uuid, ApiError> {
    if is_within(api, reach, id).await? { Ok(id) } else { Err(unknown_prediction()) }
}

/// Whether the prediction with this id is one of those that a reach includes.
pub(crate) async fn is_within(api: &Api, reach: Reach, id: Uuid) -> Result<bool, StoreError> {
    match reach {
        Reach::All => Ok(true),
        Reach::Own(owner) => Ok(owner.is_known() && api.store.owns(owner, id).await?),
    }
}

/// Returns the error for an id without a prediction.
pub(crate) fn unknown_prediction() -> ApiError {
    ApiError::new(Code::NotFound, "There is no prediction with this id.")
}

//! The sender of a request, whom `check_access` has identified.

use crate::{
    Api, TrustedProxy,
    client_address::ClientAddress,
    identity::{Account, Actor, Caller, Reach},
};
use axum::{extract::FromRequestParts, http::request::Parts};
use service::{ApiError, Peer};
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};
use wire::Code;

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(unchecked)
    }
}

impl<S: Sync> FromRequestParts<S> for Reach {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().copied().ok_or_else(unchecked)
    }
}

impl FromRequestParts<Arc<Api>> for Account {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, api).await?;
        caller
            .account()
            .cloned()
            .ok_or_else(|| ApiError::new(Code::NotFound, "There are accounts only with API_ACCESS=accounts."))
    }
}

/// `check_access` did not see the request.
fn unchecked() -> ApiError {
    tracing::error!("a route is served without a check of its access");
    ApiError::new(Code::Internal, "The access to this path is not defined. It has been logged.")
}

impl FromRequestParts<Arc<Api>> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let name = parts.extensions.get::<Caller>().and_then(Caller::name);
        Ok(Self { name, address: Some(ClientAddress::of_request(parts, &api.settings.trusted_proxies)) })
    }
}

impl ClientAddress {
    /// The address of the client that sent a request. Requests of tests without a connection have none.
    pub(crate) fn of_request(parts: &Parts, proxies: &[TrustedProxy]) -> Self {
        let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let peer = parts.extensions.get::<Peer>().map_or(unknown, |peer| peer.0);
        Self::of(peer, &parts.headers, proxies)
    }
}

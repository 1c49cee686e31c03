//! The visitor who sends a request, by the cookie of the browser.

use crate::{
    Api, Settings,
    secret_cookie::SecretCookie,
    visitor::{VisitorId, VisitorToken},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use std::{convert::Infallible, sync::Arc};

/// The visitor who sends a request; `None` without the cookie, as in requests of programs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visitor(pub(crate) Option<VisitorId>);

impl FromRequestParts<Arc<Api>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Infallible> {
        Ok(Self(VisitorToken::of(&parts.headers, &api.settings).map(VisitorToken::id)))
    }
}

impl VisitorToken {
    /// The token in the cookie of a request.
    pub(crate) fn of(headers: &HeaderMap, settings: &Settings) -> Option<Self> {
        SecretCookie::VISITOR.read(headers, settings, Self::parse)
    }
}

//! The visitor who sends a request, by the cookie of the browser.

use super::cookies;
use crate::visitor::{VisitorId, VisitorToken};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use std::convert::Infallible;

/// The visitor who sends a request; `None` without the cookie, as in requests of programs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visitor(pub(crate) Option<VisitorId>);

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(VisitorToken::of(&parts.headers).map(VisitorToken::id)))
    }
}

impl VisitorToken {
    /// The name of the cookie.
    pub(crate) const COOKIE: &str = "visitor";

    /// The token in the cookie of a request.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        cookies(headers, Self::COOKIE).find_map(Self::parse)
    }
}

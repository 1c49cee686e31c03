//! The browsers in which a person has logged in before.

use crate::{
    Api, StoreError,
    identity::{VisitorId, VisitorToken},
    secret_cookie::SecretCookie,
};
use axum::{extract::FromRequestParts, http::request::Parts};
use std::{convert::Infallible, sync::Arc};

/// The visitor that a browser became at its last login, if there was one. A logout makes the browser another visitor, so
/// another cookie keeps the id. The id opens nothing: only the token of the visitor does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KnownBrowser(Option<VisitorId>);

impl KnownBrowser {
    /// The value of the cookie after a login with which the browser became this visitor.
    pub(crate) fn cookie_value(visitor: VisitorToken) -> String {
        visitor.id().uuid().to_string()
    }

    /// Whether the person with this name has logged in with this browser.
    pub(super) async fn is_known_to(self, api: &Api, name: &str) -> Result<bool, StoreError> {
        match self.0 {
            Some(visitor) => api.store.is_visitor_of(visitor, name).await,
            None => Ok(false),
        }
    }
}

impl FromRequestParts<Arc<Api>> for KnownBrowser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Infallible> {
        let visitor = |value: &str| value.parse().ok().map(VisitorId::from_row);
        Ok(Self(SecretCookie::KNOWN_BROWSER.read(&parts.headers, &api.settings, visitor)))
    }
}

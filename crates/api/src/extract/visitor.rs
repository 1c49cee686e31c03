//! The visitor who sends a request, by the cookie of the browser.

use crate::{
    messages::values,
    visitor::{VisitorId, VisitorToken},
};
use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
    middleware::Next,
    response::Response,
};
use std::convert::Infallible;

/// The name of the cookie.
const COOKIE: &str = "visitor";

/// How long a browser keeps the cookie after its last visit to the first page: 400 days, the most that browsers allow.
const MAX_AGE_SECONDS: u32 = 400 * 24 * 60 * 60;

/// The visitor who sends a request; none if it has no cookie, as requests of programs have none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visitor(pub(crate) Option<VisitorId>);

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(token(&parts.headers).map(|token| token.id())))
    }
}

/// Gives each browser that opens a page a token, or the same one for another 400 days. The database learns of it with the
/// first drawing or label.
pub(crate) async fn renew_visitor(request: Request, next: Next) -> Response {
    let token = token(request.headers()).unwrap_or_else(VisitorToken::random);
    let opens_page = request.method() == Method::GET;
    let mut response = next.run(request).await;
    let cookie =
        format!("{COOKIE}={}; Path=/; Max-Age={MAX_AGE_SECONDS}; HttpOnly; SameSite=Lax", token.cookie_value());
    // A page is for one reader: its cookie, its language and the key of its forms.
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    if opens_page && let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn token(headers: &HeaderMap) -> Option<VisitorToken> {
    let cookies = values(headers, &header::COOKIE, ';');
    cookies
        .filter_map(|cookie| cookie.split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then(|| VisitorToken::parse(value)).flatten())
}

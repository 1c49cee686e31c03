//! The cookie that makes a browser a visitor.

use crate::{Settings, identity::VisitorToken, secret_cookie::SecretCookie};
use axum::{
    extract::{Request, State},
    http::{Method, header},
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

/// Gives each browser that opens a page a token, or renews its token. The database gets a row with the first drawing or
/// label that is stored.
pub(super) async fn renew_visitor(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Response {
    let opens_page = request.method() == Method::GET;
    let token = VisitorToken::of(request.headers(), &settings);
    let mut response = next.run(request).await;
    let token = token.unwrap_or_else(VisitorToken::random);
    if opens_page && let Ok(cookie) = SecretCookie::VISITOR.set(&token.cookie_value(), &settings) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

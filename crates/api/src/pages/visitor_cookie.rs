//! The cookie that makes a browser a visitor.

use crate::visitor::VisitorToken;
use axum::{
    extract::Request,
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::Response,
};

/// The lifetime of the cookie after the last page: 400 days, the most that browsers allow, in seconds.
const MAX_AGE_SECONDS: u32 = 400 * 24 * 60 * 60;

/// Gives each browser that opens a page a token, or renews its token. The database gets a row with the first drawing or
/// label that is stored.
pub(super) async fn renew_visitor(request: Request, next: Next) -> Response {
    let opens_page = request.method() == Method::GET;
    let token = VisitorToken::of(request.headers());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // A page is for one reader: its cookie, its language and the key of its form.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    if opens_page && let Ok(cookie) = HeaderValue::try_from(cookie(token.unwrap_or_else(VisitorToken::random))) {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

fn cookie(token: VisitorToken) -> String {
    let (name, value) = (VisitorToken::COOKIE, token.cookie_value());
    format!("{name}={value}; Path=/; Max-Age={MAX_AGE_SECONDS}; HttpOnly; SameSite=Lax")
}

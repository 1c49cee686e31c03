//! The values of list headers and of cookies.

use axum::http::{HeaderMap, HeaderName, header};

/// The values of a list header, which may have several lines.
pub(crate) fn values<'a>(headers: &'a HeaderMap, name: &HeaderName, separator: char) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(move |line| line.split(separator)).map(str::trim)
}

/// The values of the cookies with this name.
pub(crate) fn cookies<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    values(headers, &header::COOKIE, ';').filter_map(move |cookie| cookie.strip_prefix(name)?.strip_prefix('='))
}

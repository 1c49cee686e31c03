//! The choice of a reader's language: `?lang=`, else the cookie of an earlier choice, else `Accept-Language`, else the
//! default.

use super::Messages;
use crate::extract::{cookies, values};
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// The lifetime of the cookie: a year, in seconds.
const REMEMBERED_SECONDS: u32 = 365 * 24 * 60 * 60;

/// Passes a page its messages as an `Extension<&'static Messages>`, and sets the headers about its language.
pub(crate) async fn in_the_readers_language(mut request: Request, next: Next) -> Response {
    let is_asked_for = request.uri().query().and_then(asked).is_some();
    let messages = readers_messages(&request);
    request.extensions_mut().insert(messages);

    let mut response = next.run(request).await;
    name_language(&mut response, messages);
    if is_asked_for {
        let cookie = format!("lang={}; Path=/; Max-Age={REMEMBERED_SECONDS}; SameSite=Lax", messages.language.tag);
        response.headers_mut().extend(HeaderValue::try_from(cookie).map(|cookie| (header::SET_COOKIE, cookie)));
    }
    response
}

/// The messages in the language of a request.
pub(crate) fn readers_messages(request: &Request) -> &'static Messages {
    let asked = request.uri().query().and_then(asked);
    asked.unwrap_or_else(|| preferred(request.headers()))
}

/// Sets `Content-Language`, and `Vary` with the request headers that choose the response. `Accept` is one of them,
/// because it decides whether an error is a page or a problem.
pub(crate) fn name_language(response: &mut Response, messages: &'static Messages) {
    let is_page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Accept, Accept-Language, Cookie"));
    // Problems are always in English.
    if is_page {
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(&messages.language.tag));
    }
}

/// The language that `?lang=` names.
fn asked(query: &str) -> Option<&'static Messages> {
    query.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Messages::in_language)
}

fn preferred(headers: &HeaderMap) -> &'static Messages {
    remembered(headers).or_else(|| accepted(headers)).unwrap_or(Messages::default_language())
}

fn remembered(headers: &HeaderMap) -> Option<&'static Messages> {
    cookies(headers, "lang").next().and_then(Messages::in_language)
}

/// The language with the highest quality; of several, the first.
fn accepted(headers: &HeaderMap) -> Option<&'static Messages> {
    let mut best = (0.0, None);
    for range in values(headers, &header::ACCEPT_LANGUAGE, ',') {
        let Some((messages, quality)) = parse_range(range) else { continue };
        if quality > best.0 {
            best = (quality, Some(messages));
        }
    }
    best.1
}

/// The messages and the quality of a language range: German and 0.8 for "de-AT;q=0.8"; `None` without messages.
fn parse_range(range: &str) -> Option<(&'static Messages, f32)> {
    let (tag, quality) = match range.split_once(';') {
        Some((tag, parameter)) => (tag.trim(), parameter.trim().strip_prefix("q=")?.parse().ok()?),
        None => (range, 1.0),
    };
    let messages =
        if tag == "*" { Messages::default_language() } else { Messages::in_language(tag.split('-').next()?)? };
    (0.0..=1.0).contains(&quality).then_some((messages, quality))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    fn tag(headers: &[(HeaderName, &'static str)]) -> &'static str {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        &preferred(&headers).language.tag
    }

    #[test]
    fn the_language_with_the_highest_quality_is_chosen() {
        for (wishes, expected) in [
            ("de", "de"),
            ("de-AT,en;q=0.5", "de"),
            ("DE-at", "de"),
            ("fr, en;q=0.4, de;q=0.6", "de"),
            ("de;q=0.8, en", "en"),
            ("en, de", "en"),
            ("de;q=0", "en"),
            ("*, de;q=0.9", "en"),
            ("fr;q=1", "en"),
            ("den", "en"),
            ("de;q=2, de;q=many, ;;,", "en"),
            ("", "en"),
        ] {
            assert_eq!(tag(&[(header::ACCEPT_LANGUAGE, wishes)]), expected, "{wishes:?}");
        }
    }

    #[test]
    fn an_earlier_choice_overrides_the_preference_of_the_browser() {
        let german = (header::ACCEPT_LANGUAGE, "de");
        assert_eq!(tag(&[german.clone(), (header::COOKIE, "theme=dark; lang=en")]), "en");
        assert_eq!(tag(&[german, (header::COOKIE, "lang=fr; slang=en")]), "de");
        assert_eq!(tag(&[]), "en");
    }

    #[test]
    fn an_unavailable_language_in_the_address_is_ignored() {
        let tag = |query| asked(query).map(|messages| messages.language.tag.as_str());
        assert_eq!([tag("shown=1&lang=de"), tag("lang=fr"), tag("slang=de")], [Some("de"), None, None]);
    }
}

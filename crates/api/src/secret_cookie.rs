//! Cookies with secrets that identify a browser.

use crate::{PublicUrl, Settings, extract::cookies, identity::VisitorToken};
use axum::http::{
    HeaderMap, HeaderValue,
    header::{self, InvalidHeaderValue},
};

/// A cookie that holds a secret. No script can read it, and pages of other sites cannot send it with a form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SecretCookie {
    name: &'static str,
    /// The name over HTTPS. Browsers accept the prefix `__Host-` only over HTTPS and from this host alone, so no
    /// neighbouring host and nobody on the network can plant the cookie.
    https_name: &'static str,
    /// How long browsers keep it, in seconds.
    max_age_seconds: u32,
}

impl SecretCookie {
    /// The visitor's token, for 400 days: the most that browsers allow.
    pub(crate) const VISITOR: Self =
        Self { name: "visitor", https_name: "__Host-visitor", max_age_seconds: 400 * 24 * 60 * 60 };

    /// The token of a session, for 30 days, which is also the longest duration of a session.
    pub(crate) const SESSION: Self =
        Self { name: "session", https_name: "__Host-session", max_age_seconds: 30 * 24 * 60 * 60 };

    /// The browser of a person who has logged in with it, for as long as a visitor's.
    pub(crate) const KNOWN_BROWSER: Self = Self {
        name: "known-browser",
        https_name: "__Host-known-browser",
        max_age_seconds: Self::VISITOR.max_age_seconds,
    };

    /// The first value of the cookie in a request that can be parsed.
    pub(crate) fn read<T>(
        self,
        headers: &HeaderMap,
        settings: &Settings,
        parse: impl FnMut(&str) -> Option<T>,
    ) -> Option<T> {
        cookies(headers, self.name(settings)).find_map(parse)
    }

    /// Removes the session from a browser and makes the browser a new visitor, so that the next person at it does not see
    /// the drawings of the account.
    pub(crate) fn forget_person(response: &mut HeaderMap, settings: &Settings) {
        let visitor = VisitorToken::random().cookie_value();
        let cookies = [Self::SESSION.remove(settings), Self::VISITOR.set(&visitor, settings)];
        response.extend(cookies.into_iter().flatten().map(|cookie| (header::SET_COOKIE, cookie)));
    }

    /// Whether a response stores or removes the cookie.
    pub(crate) fn is_in(self, response: &HeaderMap, settings: &Settings) -> bool {
        let start = format!("{}=", self.name(settings));
        response.get_all(header::SET_COOKIE).iter().any(|cookie| cookie.as_bytes().starts_with(start.as_bytes()))
    }

    /// The value of `Set-Cookie` that stores the cookie. Over HTTPS, `check_host` adds `Secure`.
    ///
    /// # Errors
    /// When no header can hold the value.
    pub(crate) fn set(self, value: &str, settings: &Settings) -> Result<HeaderValue, InvalidHeaderValue> {
        self.with_lifetime(value, self.max_age_seconds, settings)
    }

    /// The value of `Set-Cookie` that removes the cookie.
    ///
    /// # Errors
    /// Never: every header can hold the name.
    fn remove(self, settings: &Settings) -> Result<HeaderValue, InvalidHeaderValue> {
        self.with_lifetime("", 0, settings)
    }

    fn with_lifetime(self, value: &str, seconds: u32, settings: &Settings) -> Result<HeaderValue, InvalidHeaderValue> {
        let name = self.name(settings);
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax").try_into()
    }

    fn name(self, settings: &Settings) -> &'static str {
        if settings.public_url.as_ref().is_some_and(PublicUrl::is_https) { self.https_name } else { self.name }
    }
}

impl VisitorToken {
    /// The token in the cookie of a request.
    pub(crate) fn of(headers: &HeaderMap, settings: &Settings) -> Option<Self> {
        SecretCookie::VISITOR.read(headers, settings, Self::parse)
    }
}

//! The address at which people reach the service: it decides the accepted hosts and the attributes of cookies.

use axum::http::uri::Authority;
use std::{net::IpAddr, str::FromStr};
use url::Url;

/// The value of `PUBLIC_URL`: a scheme, a host and perhaps a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    is_https: bool,
    /// In lower case, without the port.
    host: String,
    /// The header `Origin` of requests from pages of the service.
    origin: String,
}

/// The reason why a text is no public URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    /// It is no URL, or one without a host.
    #[error("this is no address such as https://digits.example")]
    NoUrl,
    /// The scheme is another one.
    #[error("the address must begin with https:// or http://")]
    Scheme,
    /// There is a path, a query, a fragment, a name or a password.
    #[error("the address must end after the host and the port, because digits serves its pages at the root of a host")]
    Rest,
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text.trim()).map_err(|_| PublicUrlError::NoUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(PublicUrlError::Scheme);
        }
        let host = url.host_str().ok_or(PublicUrlError::NoUrl)?.to_owned();
        let origin = url.origin().ascii_serialization();
        if url.as_str() != format!("{origin}/") {
            return Err(PublicUrlError::Rest);
        }
        Ok(Self { is_https: url.scheme() == "https", host, origin })
    }
}

impl PublicUrl {
    /// Whether browsers reach the service over HTTPS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.is_https
    }

    /// Whether only browsers on this machine reach the service.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    /// The address of a path.
    #[must_use]
    pub fn with_path(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Whether a page with this `Origin` belongs to the service. On this machine, a tunnel may have changed the port.
    pub(crate) fn is_own_origin(&self, origin: &str) -> bool {
        self.is_loopback() || origin.eq_ignore_ascii_case(&self.origin)
    }
}

/// Whether the service answers requests with this value of `Host`. Without a public URL, the host must be an IP address
/// or this machine, because DNS can make any other name point here (DNS rebinding).
///
/// Ports do not matter: a reverse proxy may listen on another one.
pub(crate) fn accepts_host(public_url: Option<&PublicUrl>, host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let host = authority.host();
    match public_url {
        None => is_loopback(host) || ip(host).is_some(),
        Some(url) if url.is_loopback() => is_loopback(host),
        Some(url) => host.eq_ignore_ascii_case(&url.host),
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost") || ip(&host).is_some_and(|ip| ip.is_loopback())
}

/// The IP address in a host, where an IPv6 address has brackets.
fn ip(host: &str) -> Option<IpAddr> {
    let ipv6 = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    ipv6.unwrap_or(host).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> PublicUrl {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_with_a_path_is_rejected_with_the_reason() {
        for text in ["https://host/digits/", "https://host/?a", "https://host/#a", "https://ada@host"] {
            let error = text.parse::<PublicUrl>().unwrap_err();
            assert!(error.to_string().contains("at the root of a host"), "{text}: {error}");
        }
        for (text, error) in [
            ("digits.example", PublicUrlError::NoUrl),
            ("digits.example:8501", PublicUrlError::Scheme),
            ("ftp://digits.example", PublicUrlError::Scheme),
            ("https://", PublicUrlError::NoUrl),
            ("", PublicUrlError::NoUrl),
        ] {
            assert_eq!(text.parse::<PublicUrl>(), Err(error), "{text:?}");
        }
    }

    #[test]
    fn the_host_of_the_public_url_is_accepted_and_no_other() {
        let public = url("https://Digits.Example:8443/");
        for host in ["digits.example", "DIGITS.example:8443", "digits.example:443"] {
            assert!(accepts_host(Some(&public), host), "{host}");
        }
        for host in ["evil.example", "digits.example.evil.example", "localhost", "127.0.0.1", "", "[", "a b"] {
            assert!(!accepts_host(Some(&public), host), "{host:?}");
        }
    }

    #[test]
    fn without_a_public_url_only_names_that_dns_cannot_change_are_accepted() {
        for host in ["localhost:8501", "digits.localhost", "127.0.0.1:8501", "[::1]:8501", "192.168.1.7", "[fd00::7]"] {
            assert!(accepts_host(None, host), "{host}");
        }
        for host in ["rebound.example:8501", "localhost.evil.example", "127.0.0.1.evil.example", "::1", ""] {
            assert!(!accepts_host(None, host), "{host:?}");
        }
    }

    #[test]
    fn a_public_url_on_this_machine_accepts_each_name_of_this_machine() {
        let public = url("http://localhost:8501");
        assert!(["localhost", "127.0.0.1:9000", "[::1]:8501"].iter().all(|host| accepts_host(Some(&public), host)));
        assert!(!accepts_host(Some(&public), "192.168.1.7"));
        assert!(public.is_own_origin("http://127.0.0.1:9000"));
    }

    #[test]
    fn a_page_over_another_scheme_or_port_is_a_page_of_another_origin() {
        let public = url("https://digits.example");
        assert!(public.is_own_origin("https://digits.example"));
        for origin in ["http://digits.example", "https://digits.example:8443", "null", "https://evil.example"] {
            assert!(!public.is_own_origin(origin), "{origin}");
        }
    }
}

//! Rejects requests to other hosts and from other origins, and tells browsers to use HTTPS only.

use crate::{
    ApiAccess, Settings,
    access::bearer,
    identity::SecretToken,
    public_url::{PublicUrl, accepts_host},
};
use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method,
        header::{self, Entry},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use service::ApiError;
use std::sync::Arc;
use wire::Code;

/// A year: browsers use HTTPS for this host that long after each response.
const STRICT_TRANSPORT_SECURITY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Paths that load balancers and orchestrators request by any name of an instance.
const PROBES: [&str; 2] = ["/livez", "/readyz"];

/// Checks `Host` and `Origin` against the public URL, and sets the headers that HTTPS needs.
pub(crate) async fn check_host(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Response {
    let public_url = settings.public_url.as_ref();
    let mut response = match rejection(&settings, &request) {
        Some(rejection) => rejection.into_response(),
        None => next.run(request).await,
    };
    if public_url.is_some_and(PublicUrl::is_https) {
        require_https(response.headers_mut());
    }
    response
}

fn rejection(settings: &Settings, request: &Request) -> Option<ApiError> {
    let public_url = settings.public_url.as_ref();
    // A program with an API token may use another name of the service, such as the one in a private network. Its cookies do
    // not count, so no page can misuse a person's.
    let has_token = bearer(request.headers()).is_some_and(|token| {
        let is_service =
            SecretToken::parse_api_token(token).is_some_and(|token| settings.service_tokens.contains(token));
        is_service || settings.access == ApiAccess::Accounts
    });
    if has_token || PROBES.contains(&request.uri().path()) {
        return None;
    }
    if !host(request).is_some_and(|host| accepts_host(public_url, host)) {
        return Some(misdirected(public_url));
    }
    let is_safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    let mut origins = request.headers().get_all(header::ORIGIN).iter();
    match public_url {
        Some(url)
            if !is_safe && !origins.all(|origin| origin.to_str().is_ok_and(|origin| url.is_own_origin(origin))) =>
        {
            let detail = format!(
                "The header Origin names another site than {}, so nothing was changed. Send the request from a page of \
                 this service, or from a program without the header Origin.",
                url.with_path("/"),
            );
            Some(ApiError::new(Code::CrossSiteRequest, detail))
        }
        _ => None,
    }
}

/// The host that a request names: in its target, else in the header `Host`; `None` if there are several or none.
fn host(request: &Request) -> Option<&str> {
    if let Some(authority) = request.uri().authority() {
        return Some(authority.as_str());
    }
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok(),
        _ => None,
    }
}

fn misdirected(public_url: Option<&PublicUrl>) -> ApiError {
    let detail = match public_url {
        Some(url) => format!(
            "This service answers at {} only. Use that address. A reverse proxy before the service has to pass on the \
             header Host unchanged.",
            url.with_path("/"),
        ),
        None => "The header Host must be localhost or an IP address. To serve another name, set PUBLIC_URL to the \
                 address that people use, such as http://digits.example."
            .to_owned(),
    };
    ApiError::new(Code::MisdirectedRequest, detail)
}

/// Has browsers use HTTPS for this host, and send its cookies over HTTPS only.
fn require_https(headers: &mut HeaderMap) {
    headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT_SECURITY);
    if let Entry::Occupied(mut cookies) = headers.entry(header::SET_COOKIE) {
        for cookie in cookies.iter_mut() {
            if let Ok(secure) = HeaderValue::from_bytes(&[cookie.as_bytes(), b"; Secure"].concat()) {
                *cookie = secure;
            }
        }
    }
}

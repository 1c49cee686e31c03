//! Rejects cross-site requests, so that a page of another site cannot change data.

use crate::ApiError;
use axum::response::{IntoResponse, Response};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use wire::Code;

const DETAIL: &str = "The browser says that a page of another site sent this request, so nothing was changed. Send it \
                      from a page of this service, or from a program without the headers Origin and Sec-Fetch-Site. \
                      A reverse proxy before this service has to pass on the headers Host and Origin unchanged.";

/// Rejects requests with unsafe methods from pages of another origin, according to `Sec-Fetch-Site`, or to an `Origin`
/// that differs from `Host`. Requests of other programs pass, because they have neither header.
pub(crate) fn refuse_cross_site() -> CsrfLayer<impl FnMut(ProtectionError) -> Response + Clone> {
    CsrfLayer::new()
        .with_rejection_response(|_: ProtectionError| ApiError::new(Code::CrossSiteRequest, DETAIL).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{
        Router,
        body::Body,
        extract::Request,
        http::{Method, StatusCode},
        routing::any,
    };
    use tower::ServiceExt;

    /// The status that a request with these headers gets from a service that listens at `digits.example:8501`.
    async fn status(method: &Method, headers: &[(&str, &str)]) -> StatusCode {
        let app = Router::new().route("/", any(async || ())).layer(refuse_cross_site());
        let request = Request::builder().method(method).uri("/").header("host", "digits.example:8501");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn a_request_from_a_page_of_another_site_is_rejected() {
        for headers in [
            &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "http://digits.example")],
            &[("origin", "http://digits.example:8502")],
        ] {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                assert_eq!(status(&method, headers).await, StatusCode::FORBIDDEN, "{method} {headers:?}");
            }
            assert_eq!(status(&Method::GET, headers).await, StatusCode::OK, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn requests_of_own_pages_and_of_programs_pass() {
        for headers in [
            &[][..],
            &[("origin", "http://digits.example:8501")],
            &[("origin", "http://digits.example:8501"), ("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
            // A proxy for HTTPS may change the host; the browser states that the origin is the same.
            &[("origin", "https://elsewhere.example"), ("sec-fetch-site", "same-origin")],
        ] {
            for method in [Method::POST, Method::PUT, Method::DELETE] {
                assert_eq!(status(&method, headers).await, StatusCode::OK, "{method} {headers:?}");
            }
        }
    }
}

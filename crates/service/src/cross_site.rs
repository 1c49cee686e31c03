//! Requests that a page of another site has a browser send: none of them changes data here.

use crate::ApiError;
use axum::response::{IntoResponse, Response};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use wire::Code;

const DETAIL: &str = "The browser says that a page of another site sent this request, so nothing was changed. Send it \
                      from a page of this service, or from a program without the headers Origin and Sec-Fetch-Site. \
                      A reverse proxy before this service has to pass on the headers Host and Origin unchanged.";

/// Refuses requests that may change something and that come from a page of another origin, as browsers tell by
/// `Sec-Fetch-Site`, or by an `Origin` that is not the `Host`. Programs send neither, and are let through.
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
    async fn a_page_of_another_site_changes_nothing() {
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
    async fn pages_of_the_service_and_programs_are_let_through() {
        for headers in [
            &[][..],
            &[("origin", "http://digits.example:8501")],
            &[("origin", "http://digits.example:8501"), ("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
            // A proxy that speaks HTTPS changes the Host, and the browser vouches for the origin.
            &[("origin", "https://elsewhere.example"), ("sec-fetch-site", "same-origin")],
        ] {
            for method in [Method::POST, Method::PUT, Method::DELETE] {
                assert_eq!(status(&method, headers).await, StatusCode::OK, "{method} {headers:?}");
            }
        }
    }
}

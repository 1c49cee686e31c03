//! What a service counts and measures, as Prometheus reads it from `GET /metrics`.

use axum::{
    extract::{MatchedPath, Request, State},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};
use std::{sync::Arc, time::Instant};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The media type of Prometheus' text, version 1.0 of it.
const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Seconds, from what a probe takes to the longest that a request may.
const SECONDS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// A service's metrics: those of its requests, and what else it registers.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Requests,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("digits");
        let requests = Requests::default();
        registry.register(
            "requests",
            "Requests that were answered, or given up by their clients",
            requests.count.clone(),
        );
        registry.register(
            "request_seconds",
            "How long requests took until they were answered",
            requests.seconds.clone(),
        );
        Self { registry, requests }
    }
}

impl Metrics {
    /// Where a service adds what it counts besides requests.
    pub fn registry(&mut self) -> &mut Registry {
        &mut self.registry
    }

    /// What answers `GET /metrics`, and what [`count`] counts with.
    pub(crate) fn split(self) -> (OpenApiRouter, Requests) {
        let page = OpenApiRouter::new().routes(routes!(metrics)).with_state(Arc::new(self.registry));
        (page, self.requests)
    }
}

/// What the service counts and measures, for Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "Operations",
    responses((status = OK, description = "OpenMetrics text", body = String, content_type = MEDIA_TYPE)),
)]
async fn metrics(State(registry): State<Arc<Registry>>) -> Response {
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => ([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What is counted of requests.
#[derive(Debug, Clone)]
pub(crate) struct Requests {
    count: Family<Answered, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
}

/// The address as the program knows it, not as the client wrote it: clients are not to make up labels.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
    method: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    method: &'static str,
    /// The HTTP status, or `cancelled`.
    outcome: String,
}

impl Default for Requests {
    fn default() -> Self {
        Self { count: Family::default(), seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)) }
    }
}

/// Counts a request, whatever becomes of it.
pub(crate) async fn count(State(requests): State<Requests>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let route = Route { route, method: name(request.method()) };
    let mut open = Open { requests, route, began: Instant::now(), status: None };
    let response = next.run(request).await;
    open.status = Some(response.status());
    response
}

/// A request that is being answered. It is counted when it is dropped, so that one whose client goes away is, too.
struct Open {
    requests: Requests,
    route: Route,
    began: Instant,
    status: Option<StatusCode>,
}

impl Drop for Open {
    fn drop(&mut self) {
        let outcome = self.status.map_or_else(|| "cancelled".to_owned(), |status| status.as_u16().to_string());
        if self.status.is_some() {
            self.requests.seconds.get_or_create(&self.route).observe(self.began.elapsed().as_secs_f64());
        }
        let Route { route, method } = self.route.clone();
        self.requests.count.get_or_create(&Answered { route, method, outcome }).inc();
    }
}

/// The usual methods by name.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{
        Router,
        body::Body,
        routing::{get, post},
    };
    use tower::ServiceExt;

    async fn ask(app: &Router, method: &str, path: &str) -> (StatusCode, String) {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    fn app() -> Router {
        let routes = OpenApiRouter::new()
            .route("/things/{id}", get(async || "thing"))
            .route("/stuck", post(async || std::future::pending::<()>().await))
            .route("/panic", get(async || -> () { panic!("a defect") }));
        crate::with_layers(routes, Metrics::default())
    }

    #[tokio::test]
    async fn requests_are_counted_by_route_and_status_whatever_their_address() {
        let app = app();
        for path in ["/things/1", "/things/2", "/nothing", "/nowhere"] {
            ask(&app, "GET", path).await;
        }
        ask(&app, "BREW", "/things/3").await;
        ask(&app, "GET", "/panic").await;
        let (status, text) = ask(&app, "GET", "/metrics").await;
        assert_eq!(status, StatusCode::OK);
        for line in [
            r#"digits_requests_total{route="/things/{id}",method="GET",outcome="200"} 2"#,
            r#"digits_requests_total{route="/things/{id}",method="other",outcome="405"} 1"#,
            r#"digits_requests_total{route="none",method="GET",outcome="404"} 2"#,
            r#"digits_requests_total{route="/panic",method="GET",outcome="500"} 1"#,
            r#"digits_request_seconds_count{route="/things/{id}",method="GET"} 2"#,
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }

    #[tokio::test]
    async fn a_request_whose_client_goes_away_is_counted_as_cancelled() {
        let app = app();
        {
            let stuck = ask(&app, "POST", "/stuck");
            tokio::pin!(stuck);
            assert!(is_pending(&mut stuck).await);
        }
        let (_, text) = ask(&app, "GET", "/metrics").await;
        let line = r#"digits_requests_total{route="/stuck",method="POST",outcome="cancelled"} 1"#;
        assert!(text.contains(line), "{text}");
    }

    /// Polls once; whether it is pending.
    async fn is_pending<F: Future + Unpin>(future: &mut F) -> bool {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_pending())
        })
        .await
    }
}

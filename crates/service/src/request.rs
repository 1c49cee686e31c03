//! Metrics, logs and traces of each request, also of one whose client disconnects.

use crate::{
    metrics::duration_histogram,
    trace::{self, TRACED},
};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::Response,
};
use opentelemetry::{context::FutureExt, trace::TraceContextExt};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};
use std::time::Instant;
use tracing::{Instrument, Span, field::Empty};

/// The metrics of requests.
#[derive(Debug, Clone)]
struct Requests {
    count: Family<Answered, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
}

/// The route and not the path of a request, so that clients cannot create labels of metrics.
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

impl Requests {
    fn new(registry: &mut Registry) -> Self {
        let requests = Self { count: Family::default(), seconds: Family::new_with_constructor(duration_histogram) };
        let help = "Requests by outcome: the status, or cancelled if the client disconnected";
        registry.register("requests", help, requests.count.clone());
        let help = "Latency of answered requests";
        registry.register("request_seconds", help, requests.seconds.clone());
        requests
    }
}

impl Route {
    fn of(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
        Self { route, method: name(request.method()) }
    }

    /// Whether this is a probe, or the question of a model service which model serves. Both come every few seconds, so they
    /// are neither logged nor traced.
    fn is_probe(&self) -> bool {
        let last = self.route.rsplit('/').next();
        last.is_some_and(|last| ["livez", "readyz", "live", "ready", "serving"].contains(&last))
    }
}

/// The state of [`follow`].
#[derive(Debug, Clone)]
pub(crate) struct Following {
    requests: Requests,
    /// Whether the service continues the traces of its callers.
    trusts_trace_context: bool,
}

impl Following {
    pub(crate) fn new(registry: &mut Registry, trusts_trace_context: bool) -> Self {
        Self { requests: Requests::new(registry), trusts_trace_context }
    }
}

/// Counts, measures, logs and traces a request.
pub(crate) async fn follow(State(following): State<Following>, request: Request, next: Next) -> Response {
    let Following { requests, trusts_trace_context } = following;
    let route = Route::of(&request);
    let traced = if route.is_probe() { Span::none() } else { traced(&route) };
    let context = trace::join(&traced, request.headers(), trusts_trace_context);
    let logged = logged(&request, &route, &context);
    let mut open = Open { requests, route, began: Instant::now(), status: None, logged: logged.clone(), traced };
    let response = next.run(request).with_context(context).instrument(logged).await;
    open.status = Some(response.status());
    response
}

/// The trace span of a request, with the attributes of OpenTelemetry's conventions for HTTP.
fn traced(Route { route, method }: &Route) -> Span {
    tracing::info_span!(
        target: TRACED,
        "request",
        otel.name = format_args!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
    )
}

/// The log span of a request. It omits headers and the query string, because they may hold private data.
fn logged(request: &Request, route: &Route, context: &opentelemetry::Context) -> Span {
    let (method, path) = (request.method(), request.uri().path());
    let trace_id = context.span().span_context().trace_id();
    if route.is_probe() {
        return tracing::debug_span!("request", %method, path, %trace_id);
    }
    tracing::info_span!("request", %method, path, %trace_id, prediction = Empty, verdict = Empty, model = Empty)
}

/// A request in flight. Its drop ends it, so a request whose client disconnects is counted, too.
struct Open {
    requests: Requests,
    route: Route,
    began: Instant,
    status: Option<StatusCode>,
    logged: Span,
    traced: Span,
}

impl Drop for Open {
    fn drop(&mut self) {
        let seconds = self.began.elapsed().as_secs_f64();
        self.count(seconds);
        self.log(seconds);
        self.trace();
    }
}

impl Open {
    fn count(&self, seconds: f64) {
        let outcome = self.status.map_or_else(|| "cancelled".to_owned(), |status| status.as_u16().to_string());
        if self.status.is_some() {
            self.requests.seconds.get_or_create(&self.route).observe(seconds);
        }
        let Route { route, method } = self.route.clone();
        self.requests.count.get_or_create(&Answered { route, method, outcome }).inc();
    }

    fn log(&self, seconds: f64) {
        let _in_it = self.logged.enter();
        let status = self.status.map(|status| status.as_u16());
        let seconds = (seconds * 1e6).round() / 1e6;
        let what = if status.is_some() { "answered" } else { "cancelled by the client" };
        if self.route.is_probe() {
            tracing::debug!(status, seconds, "{what}");
        } else {
            tracing::info!(status, seconds, "{what}");
        }
    }

    fn trace(&self) {
        let Some(status) = self.status else { return };
        self.traced.record("http.response.status_code", status.as_u16());
        if status.is_server_error() {
            self.traced.record("otel.status_code", "ERROR");
        }
    }
}

/// The name of a method, or `other`, so that clients cannot create labels of metrics.
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
    use crate::Metrics;
    use axum::{
        Router,
        body::Body,
        routing::{get, post},
    };
    use tower::ServiceExt;
    use utoipa_axum::router::OpenApiRouter;

    async fn ask(app: &Router, method: &str, path: &str) -> (StatusCode, String) {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Routes and their metrics.
    fn app() -> (Router, Metrics) {
        let routes = OpenApiRouter::new()
            .route("/things/{id}", get(async || "thing"))
            .route("/stuck", post(async || std::future::pending::<()>().await))
            .route("/panic", get(async || -> () { panic!("a defect") }));
        let mut metrics = Metrics::default();
        (crate::observed(crate::with_layers(routes), &mut metrics, false), metrics)
    }

    #[tokio::test]
    async fn requests_are_counted_by_route_and_status() {
        let (app, metrics) = app();
        for path in ["/things/1", "/things/2", "/nothing", "/nowhere"] {
            ask(&app, "GET", path).await;
        }
        ask(&app, "BREW", "/things/3").await;
        ask(&app, "GET", "/panic").await;
        let text = metrics.text().unwrap();
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
    async fn a_request_whose_client_disconnects_is_counted_as_cancelled() {
        let (app, metrics) = app();
        {
            let stuck = ask(&app, "POST", "/stuck");
            tokio::pin!(stuck);
            assert!(is_pending(&mut stuck).await);
        }
        let text = metrics.text().unwrap();
        let line = r#"digits_requests_total{route="/stuck",method="POST",outcome="cancelled"} 1"#;
        assert!(text.contains(line), "{text}");
    }

    /// Polls a future once, and returns whether it is pending.
    async fn is_pending<F: Future + Unpin>(future: &mut F) -> bool {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_pending())
        })
        .await
    }
}

//! What every request goes through: a log line, a limit of size and of time, and a problem for whatever is not
//! answered otherwise.

use crate::{Failure, MAX_BODY_BYTES};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{Method, Uri},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use digit::wire::Code;
use std::{any::Any, time::Duration};
use tower_http::{catch_panic::CatchPanicLayer, trace::TraceLayer};
use tracing::Span;

/// The longest that a request may take, its body's arrival included.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// Adds what both services' routes have in common.
pub fn with_layers(routes: Router) -> Router {
    routes
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(CatchPanicLayer::custom(defect))
        .layer(middleware::from_fn(time_limit))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(TraceLayer::new_for_http().make_span_with(span).on_request(()).on_response(log))
}

async fn not_found(uri: Uri) -> Failure {
    Failure::new(Code::NotFound, format!("There is nothing at {}.", uri.path()))
}

async fn method_not_allowed(method: Method, uri: Uri) -> Failure {
    Failure::new(Code::MethodNotAllowed, format!("{} does not take {method}.", uri.path()))
}

#[expect(clippy::needless_pass_by_value, reason = "CatchPanicLayer hands the panic over")]
fn defect(panic: Box<dyn Any + Send + 'static>) -> Response {
    let message = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = message, "a handler panicked");
    Failure::new(Code::Internal, "Something went wrong here, not with your request. It has been logged.")
        .into_response()
}

async fn time_limit(request: Request, next: Next) -> Response {
    tokio::time::timeout(TIME_LIMIT, next.run(request)).await.unwrap_or_else(|_| {
        Failure::new(Code::Timeout, "The request took longer than 20 seconds. Try again.").into_response()
    })
}

fn span(request: &Request) -> Span {
    tracing::info_span!("request", method = %request.method(), path = request.uri().path())
}

fn log(response: &Response, latency: Duration, _: &Span) {
    tracing::info!(status = response.status().as_u16(), ?latency, "answered");
}

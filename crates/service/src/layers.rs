//! The layers of both services: metrics, logs and traces, limits of size and time, and problems for unknown routes and
//! panics.

use crate::{
    ApiError, Metrics,
    body::MAX_BODY_BYTES,
    cross_site::refuse_cross_site,
    docs::with_docs,
    request::{Following, follow},
};
use axum::{
    Router,
    body::HttpBody,
    extract::{DefaultBodyLimit, Request, State},
    http::{Method, Uri},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use std::{any::Any, sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use wire::Code;

/// The longest duration of a request, including the arrival of its body.
const TIME_LIMIT: Duration = Duration::from_mins(1);

/// The size of the smallest large body, in bytes. A body of unknown length is large, too.
const LARGE: u64 = 256 << 10;
/// The largest number of large bodies that are read at a time, because each is held in memory.
const LARGE_BODIES: usize = 16;

/// Adds the layers to the routes of a service that limit and check requests. [`observed`] surrounds them.
pub fn with_layers(routes: OpenApiRouter) -> Router {
    with_docs(routes).fallback(not_found).method_not_allowed_fallback(method_not_allowed).layer((
        refuse_cross_site(),
        DefaultBodyLimit::max(MAX_BODY_BYTES),
        middleware::from_fn_with_state(Arc::new(Semaphore::new(LARGE_BODIES)), admit_large),
        middleware::from_fn(time_limit),
        CatchPanicLayer::custom(defect),
    ))
}

/// Counts, measures, logs and traces each request of an app. It registers the metrics in `metrics`. With
/// `trusts_trace_context`, the service continues the traces of its callers.
pub fn observed(app: Router, metrics: &mut Metrics, trusts_trace_context: bool) -> Router {
    let following = Following::new(metrics.registry(), trusts_trace_context);
    app.layer(middleware::from_fn_with_state(following, follow))
}

pub(crate) async fn not_found(uri: Uri) -> ApiError {
    ApiError::new(Code::NotFound, format!("There is nothing at {}.", uri.path()))
}

pub(crate) async fn method_not_allowed(method: Method, uri: Uri) -> ApiError {
    ApiError::new(Code::MethodNotAllowed, format!("{} does not take {method}.", uri.path()))
}

#[expect(clippy::needless_pass_by_value, reason = "CatchPanicLayer hands the panic over")]
fn defect(panic: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!(panic = panic_message(&*panic), "a handler panicked");
    ApiError::new(Code::Internal, "Something went wrong here, not with your request. It has been logged.")
        .into_response()
}

/// The message of a panic, for the log.
#[must_use]
pub fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

async fn time_limit(request: Request, next: Next) -> Response {
    tokio::time::timeout(TIME_LIMIT, next.run(request)).await.unwrap_or_else(|_| {
        ApiError::new(Code::Timeout, "The request took longer than a minute. Try again.").into_response()
    })
}

/// Whether the body of a request is large, or of unknown length.
#[must_use]
pub fn has_large_body(request: &Request) -> bool {
    request.body().size_hint().upper().is_none_or(|bytes| bytes >= LARGE)
}

async fn admit_large(State(permits): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let permit = if has_large_body(&request) { Some(permits.try_acquire()) } else { None };
    if matches!(permit, Some(Err(_))) {
        let failure = ApiError::new(Code::Overloaded, "Too many large bodies at once. Try again in a moment.");
        return failure.retry_after(Duration::from_secs(1)).into_response();
    }
    next.run(request).await
}

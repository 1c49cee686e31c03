//! `GET /metrics` on a separate address, which only operators can reach. The connections of clients cannot delay a
//! scrape there.

use crate::{
    ApiError, Metrics,
    layers::{method_not_allowed, not_found},
};
use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use std::{io, sync::Arc};
use tokio::net::TcpListener;
use wire::Code;

/// The media type of `OpenMetrics` text, version 1.0.
const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves the metrics of a service until the future is dropped.
///
/// # Errors
/// When the listener fails.
pub async fn serve_metrics(listener: TcpListener, metrics: Metrics) -> io::Result<()> {
    axum::serve(listener, router(metrics)).await
}

fn router(metrics: Metrics) -> Router {
    Router::new()
        .route("/metrics", get(text))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(Arc::new(metrics))
}

async fn text(State(metrics): State<Arc<Metrics>>) -> Response {
    match metrics.text() {
        Ok(text) => ([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be encoded");
            ApiError::new(Code::Internal, "The metrics could not be written. It has been logged.").into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{
        body::{Body, to_bytes},
        extract::Request,
        http::StatusCode,
    };
    use std::time::{Duration, SystemTime};
    use tower::ServiceExt;

    async fn send(method: &str, path: &str) -> (StatusCode, String) {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let response = router(Metrics::default()).oneshot(request).await.unwrap();
        let status = response.status();
        (status, String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap())
    }

    /// The value of the metric with this name, which has no labels.
    fn value(text: &str, name: &str) -> f64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} is not in\n{text}")).parse().unwrap()
    }

    #[tokio::test]
    async fn the_metrics_of_build_and_process_have_the_usual_names() {
        let (status, text) = send("GET", "/metrics").await;
        assert_eq!(status, StatusCode::OK);
        let build = format!("digits_build_info{{version=\"{}\",revision=\"", env!("CARGO_PKG_VERSION"));
        assert!(text.lines().any(|line| line.starts_with(&build) && line.ends_with("\"} 1")), "{text}");
        assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1, "{text}");

        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let resident =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix("kB")?.trim().parse().ok());
        let (resident, metric): (f64, _) = (resident.unwrap(), value(&text, "process_resident_memory_bytes") / 1024.0);
        assert!((0.5..2.0).contains(&(metric / resident)), "{metric} KiB, {resident} KiB");
        let started = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(value(&text, "process_start_time_seconds"));
        assert!(started <= SystemTime::now() + Duration::from_secs(1), "{started:?}");
        assert!(value(&text, "process_open_fds") <= value(&text, "process_max_fds"));
        assert!(value(&text, "process_cpu_seconds_total") >= 0.0);
    }

    #[tokio::test]
    async fn the_address_serves_only_metrics() {
        for (method, path, status) in [
            ("GET", "/", StatusCode::NOT_FOUND),
            ("POST", "/predict", StatusCode::NOT_FOUND),
            ("POST", "/metrics", StatusCode::METHOD_NOT_ALLOWED),
        ] {
            let (found, body) = send(method, path).await;
            assert_eq!(found, status, "{method} {path}");
            assert!(body.starts_with("{\"type\":\"urn:digits:problem:"), "{body}");
        }
    }
}

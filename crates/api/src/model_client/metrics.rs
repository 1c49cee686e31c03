//! Metrics of requests to the model services.

use super::ModelError;
use axum::http::StatusCode;
use prometheus_client::{metrics::histogram::Histogram, registry::Registry};
use service::{Outcomes, duration_histogram};
use std::time::Instant;

const ANSWERED: &str = "answered";
const NO_SLOT: &str = "no_slot";
const BUSY: &str = "busy";
const REJECTED: &str = "rejected";
const UNAVAILABLE: &str = "unavailable";
const CANCELLED: &str = "cancelled";

/// Requests by outcome, and their latency.
#[derive(Debug, Clone)]
pub(super) struct ModelRequests {
    outcomes: Outcomes,
    seconds: Histogram,
}

impl Default for ModelRequests {
    fn default() -> Self {
        let outcomes = Outcomes::new([ANSWERED, NO_SLOT, BUSY, REJECTED, UNAVAILABLE, CANCELLED]);
        Self { outcomes, seconds: duration_histogram() }
    }
}

impl ModelRequests {
    pub(super) fn register(&self, registry: &mut Registry) {
        self.outcomes.register(
            registry,
            "model_requests",
            "Requests to the model services; no_slot: not sent, because too many were under way",
        );
        registry.register("model_request_seconds", "Latency of requests to the model services", self.seconds.clone());
    }

    pub(super) fn begin(&self) -> RequestGuard {
        RequestGuard { requests: self.clone(), began: Instant::now(), outcome: CANCELLED }
    }
}

/// A request in flight. Its drop counts it, so a request whose client disconnects is counted, too.
#[derive(Debug)]
pub(super) struct RequestGuard {
    requests: ModelRequests,
    began: Instant,
    outcome: &'static str,
}

impl RequestGuard {
    /// Ends a request whose response the api forwards.
    pub(super) fn end_with(mut self, status: StatusCode) {
        self.outcome = match status {
            StatusCode::TOO_MANY_REQUESTS => BUSY,
            status if status.is_success() => ANSWERED,
            status if status.is_client_error() => REJECTED,
            _ => UNAVAILABLE,
        };
    }

    /// Ends the request with its outcome.
    pub(super) fn end<T>(mut self, answer: &Result<T, ModelError>) {
        self.outcome = match answer {
            Ok(_) => ANSWERED,
            Err(ModelError::NoSlot) => NO_SLOT,
            Err(error) if error.is_overload() => BUSY,
            Err(ModelError::Refused(_)) => REJECTED,
            Err(ModelError::Unavailable(_)) => UNAVAILABLE,
        };
    }
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        if ![CANCELLED, NO_SLOT].contains(&self.outcome) {
            self.requests.seconds.observe(self.began.elapsed().as_secs_f64());
        }
        self.requests.outcomes.add(self.outcome, 1);
    }
}

//! What is counted and measured of asking the model service.

use crate::ModelError;
use axum::http::StatusCode;
use prometheus_client::{metrics::histogram::Histogram, registry::Registry};
use service::{Outcomes, seconds};
use std::time::Instant;

const ANSWERED: &str = "answered";
const FULL: &str = "full";
const BUSY: &str = "busy";
const REFUSED: &str = "refused";
const AWAY: &str = "away";
const CANCELLED: &str = "cancelled";

/// Asks by outcome, and how long they took.
#[derive(Debug, Clone)]
pub(crate) struct Asks {
    outcomes: Outcomes,
    seconds: Histogram,
}

impl Default for Asks {
    fn default() -> Self {
        let outcomes = Outcomes::new([ANSWERED, FULL, BUSY, REFUSED, AWAY, CANCELLED]);
        Self { outcomes, seconds: seconds() }
    }
}

impl Asks {
    pub(crate) fn register(&self, registry: &mut Registry) {
        self.outcomes.register(
            registry,
            "model_asks",
            "Drawings for the model service; full: it was not asked about them",
        );
        registry.register("model_ask_seconds", "How long it took to answer or to refuse", self.seconds.clone());
    }

    pub(crate) fn begin(&self) -> Ask {
        Ask { asks: self.clone(), began: Instant::now(), outcome: CANCELLED }
    }
}

/// An ask under way. It is counted when it is dropped, so that one whose client goes away is, too.
#[derive(Debug)]
pub(crate) struct Ask {
    asks: Asks,
    began: Instant,
    outcome: &'static str,
}

impl Ask {
    /// What it came to.
    pub(crate) fn end<T>(mut self, answer: &Result<T, ModelError>) {
        self.outcome = match answer {
            Ok(_) => ANSWERED,
            Err(ModelError::Full) => FULL,
            Err(ModelError::Refused(failure)) if failure.problem.status == StatusCode::TOO_MANY_REQUESTS => BUSY,
            Err(ModelError::Refused(_)) => REFUSED,
            Err(ModelError::Away(_)) => AWAY,
        };
    }
}

impl Drop for Ask {
    fn drop(&mut self) {
        if ![CANCELLED, FULL].contains(&self.outcome) {
            self.asks.seconds.observe(self.began.elapsed().as_secs_f64());
        }
        self.asks.outcomes.add(self.outcome, 1);
    }
}

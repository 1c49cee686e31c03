//! The metrics of writing predictions.

use super::StoreError;
use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use service::{Outcomes, duration_histogram};
use std::time::Duration;
use uuid::Uuid;

/// The buckets of the histogram of rows for each statement.
const ROWS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

const STORED: &str = "stored";
const REPEATED: &str = "repeated";
const BUSY: &str = "busy";
const UNAVAILABLE: &str = "unavailable";
const REJECTED: &str = "rejected";

/// The outcome of a prediction whose statement is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// Its row is committed.
    Inserted,
    /// Another request holds its idempotency key; the row of that request is committed.
    KeyTaken,
}

/// Counters and histograms, shared by all clones.
#[derive(Debug, Clone)]
pub(super) struct WriterMetrics {
    /// Predictions that are queued or being inserted.
    pub(super) waiting: Gauge,
    predictions: Outcomes,
    rows: Histogram,
    seconds: Histogram,
    failures: Counter,
}

impl Default for WriterMetrics {
    fn default() -> Self {
        Self {
            waiting: Gauge::default(),
            predictions: Outcomes::new([STORED, REPEATED, BUSY, UNAVAILABLE, REJECTED]),
            rows: Histogram::new(ROWS),
            seconds: duration_histogram(),
            failures: Counter::default(),
        }
    }
}

impl WriterMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("predictions_waiting", "Predictions that are queued or being inserted", self.waiting.clone());
        self.predictions.register(registry, "predictions", "Predictions by outcome");
        registry.register("statement_rows", "Rows of each committed statement", self.rows.clone());
        registry.register("statement_seconds", "Latency of committed statements", self.seconds.clone());
        registry.register("statement_failures", "Failed statements", self.failures.clone());
    }

    /// Records a statement: its duration, and the ids that it inserted.
    pub(super) fn ran(&self, took: Duration, outcome: &Result<Vec<Uuid>, StoreError>) {
        let Ok(inserted) = outcome else {
            self.failures.inc();
            return;
        };
        self.rows.observe(u32::try_from(inserted.len()).map_or(f64::INFINITY, f64::from));
        self.seconds.observe(took.as_secs_f64());
    }

    /// Counts the outcome of a prediction.
    pub(super) fn settled(&self, outcome: &Result<Written, StoreError>) {
        let outcome = match outcome {
            Ok(Written::Inserted) => STORED,
            Ok(Written::KeyTaken) => REPEATED,
            Err(StoreError::Busy | StoreError::Crowded) => BUSY,
            Err(StoreError::Unavailable(_)) => UNAVAILABLE,
            Err(StoreError::Defect(_)) => REJECTED,
        };
        self.predictions.add(outcome, 1);
    }
}

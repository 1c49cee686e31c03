//! The engine's metrics for `GET /metrics`, over all versions of the model.

use crate::batch::BUCKETS;
use prometheus_client::{
    metrics::{counter::Counter, histogram::Histogram},
    registry::Registry,
};
use service::{CallbackGauge, Outcomes, duration_histogram};
use std::time::Duration;

/// The outcome of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A network classified it.
    Done,
    /// No slot was free.
    Busy,
    /// Its deadline passed while it waited.
    TimedOut,
    /// The network failed.
    Failed,
    /// Its client disconnected before the network ran.
    ClientDisconnected,
    /// The input cannot be preprocessed to a bitmap.
    InvalidInput,
}

impl Outcome {
    const ALL: [Self; 6] =
        [Self::Done, Self::Busy, Self::TimedOut, Self::Failed, Self::ClientDisconnected, Self::InvalidInput];

    const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Busy => "busy",
            Self::TimedOut => "timed_out",
            Self::Failed => "failed",
            Self::ClientDisconnected => "client_disconnected",
            Self::InvalidInput => "invalid_input",
        }
    }
}

/// Counters and histograms; clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    drawings: Outcomes,
    pub(super) preprocessing: Histogram,
    queue: Histogram,
    compute: Histogram,
    batch: Histogram,
    pub(super) restarts: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            drawings: Outcomes::new(Outcome::ALL.map(Outcome::name)),
            preprocessing: duration_histogram(),
            queue: duration_histogram(),
            compute: duration_histogram(),
            batch: Histogram::new(BUCKETS.map(|size| u32::try_from(size).map_or(f64::INFINITY, f64::from))),
            restarts: Counter::default(),
        }
    }
}

impl Metrics {
    /// Registers the metrics. `waiting` returns the number of bitmaps in the queue.
    pub(super) fn register(&self, registry: &mut Registry, waiting: impl Fn() -> usize + Send + Sync + 'static) {
        self.drawings.register(registry, "drawings", "Drawings by outcome");
        for (name, help, histogram) in [
            ("preprocessing_seconds", "Duration of preprocessing an input to a bitmap", &self.preprocessing),
            ("queue_seconds", "Time that classified bitmaps waited in the queue, per request", &self.queue),
            ("compute_seconds", "Duration of classifying a batch", &self.compute),
            ("batch_drawings", "Bitmaps per batch", &self.batch),
        ] {
            registry.register(name, help, histogram.clone());
        }
        registry.register("worker_restarts", "Panics of a network", self.restarts.clone());
        let read = move || waiting() as u64;
        registry.register_collector(Box::new(CallbackGauge {
            name: "drawings_waiting",
            help: "Bitmaps in the queue.",
            read,
        }));
    }

    /// Starts the count of a request's drawings. A drawing that is explained counts once, although the network sees 26
    /// bitmaps of it.
    pub(super) fn begin(&self, drawings: usize) -> Tally {
        Tally { outcomes: self.drawings.clone(), drawings: drawings as u64, outcome: Outcome::ClientDisconnected }
    }

    /// Records that a network classified a batch of `bitmaps` in the time `took`.
    pub(super) fn ran(&self, bitmaps: usize, took: Duration) {
        self.batch.observe(u32::try_from(bitmaps).map_or(f64::INFINITY, f64::from));
        self.compute.observe(took.as_secs_f64());
    }

    /// Records how long a request's bitmaps waited before the network classified them.
    pub(super) fn waited(&self, waited: Duration) {
        self.queue.observe(waited.as_secs_f64());
    }
}

/// The drawings of one request. Dropping the value counts them, exactly once, under the current outcome.
#[derive(Debug)]
pub(crate) struct Tally {
    outcomes: Outcomes,
    drawings: u64,
    /// The outcome that is counted. It starts as `ClientDisconnected`, which holds if the request is dropped early.
    pub(super) outcome: Outcome,
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.outcomes.add(self.outcome.name(), self.drawings);
    }
}

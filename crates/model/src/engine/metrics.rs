//! What the engine counts and measures, of whatever version, for `GET /metrics`.

use crate::batch::BUCKETS;
use prometheus_client::{
    metrics::{counter::Counter, histogram::Histogram},
    registry::Registry,
};
use service::{Outcomes, Reading, seconds};
use std::time::Duration;

/// What can become of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A network said what it takes it for.
    Done,
    /// No slot was free.
    Busy,
    /// Its turn did not come in time.
    TimedOut,
    /// The network failed.
    Failed,
    /// Its client went before its turn came.
    ClientDisconnected,
    /// There is no bitmap in what was sent.
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

/// Counters and histograms; a clone is the same ones.
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
            preprocessing: seconds(),
            queue: seconds(),
            compute: seconds(),
            batch: Histogram::new(BUCKETS.map(|size| u32::try_from(size).map_or(f64::INFINITY, f64::from))),
            restarts: Counter::default(),
        }
    }
}

impl Metrics {
    /// Shows them, and how many bitmaps wait.
    pub(super) fn register(&self, registry: &mut Registry, waiting: impl Fn() -> usize + Send + Sync + 'static) {
        self.drawings.register(registry, "drawings", "Drawings by what became of them");
        for (name, help, histogram) in [
            ("preprocessing_seconds", "How long it took to make a bitmap of what was sent", &self.preprocessing),
            ("queue_seconds", "How long the bitmaps of a request that were classified waited", &self.queue),
            ("compute_seconds", "How long a network took over a batch", &self.compute),
            ("batch_drawings", "How many bitmaps were classified at once", &self.batch),
        ] {
            registry.register(name, help, histogram.clone());
        }
        registry.register("worker_restarts", "How often a network panicked", self.restarts.clone());
        let read = move || waiting() as u64;
        registry.register_collector(Box::new(Reading {
            name: "drawings_waiting",
            help: "Bitmaps that wait for a network.",
            read,
        }));
    }

    /// Drawings that begin their way now. One that is explained is one, however many bitmaps are made of it.
    pub(super) fn begin(&self, drawings: usize) -> Tally {
        Tally { outcomes: self.drawings.clone(), drawings: drawings as u64, outcome: Outcome::ClientDisconnected }
    }

    /// A network is done with a batch of so many bitmaps.
    pub(super) fn ran(&self, bitmaps: usize, took: Duration) {
        self.batch.observe(u32::try_from(bitmaps).map_or(f64::INFINITY, f64::from));
        self.compute.observe(took.as_secs_f64());
    }

    /// The bitmaps of a request that are done waited so long.
    pub(super) fn waited(&self, waited: Duration) {
        self.queue.observe(waited.as_secs_f64());
    }
}

/// Drawings of one request. When this is dropped they are counted, once, whatever became of them.
#[derive(Debug)]
pub(crate) struct Tally {
    outcomes: Outcomes,
    drawings: u64,
    /// What becomes of them if nothing else does: at first, that their client goes.
    pub(super) outcome: Outcome,
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.outcomes.add(self.outcome.name(), self.drawings);
    }
}

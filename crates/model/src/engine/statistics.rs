//! The statistics of a network since it was loaded. Any thread may read them at any time.

use crate::batch::LARGEST_BATCH;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

/// Counts and durations. Each number is exact, but numbers that are read one after another may differ by a request.
#[derive(Debug, Default)]
pub struct Statistics {
    /// Jobs that succeeded, with the time from queue to result.
    pub(crate) success: Total,
    /// Jobs that were rejected or failed.
    pub(crate) fail: Total,
    /// The time that successful jobs waited in the queue.
    pub(crate) queue: Total,
    /// The computing time of successful jobs. The time of a batch counts for each of its jobs.
    pub(crate) compute: Total,
    /// The computing time of batches, by number of bitmaps: one bitmap, two bitmaps and so on.
    pub(crate) batches: [Total; LARGEST_BATCH],
    /// The time of the last batch, in milliseconds of Unix time.
    last_ms: AtomicU64,
}

/// The number of events and their total duration.
#[derive(Debug, Default)]
pub(crate) struct Total {
    count: AtomicU64,
    ns: AtomicU64,
}

impl Total {
    pub(crate) fn add(&self, took: Duration) {
        let ns = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.count.fetch_add(1, Ordering::Relaxed);
        self.ns.fetch_add(ns, Ordering::Relaxed);
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Returns the total duration in nanoseconds.
    pub(crate) fn ns(&self) -> u64 {
        self.ns.load(Ordering::Relaxed)
    }
}

impl Statistics {
    /// Counts a batch of `bitmaps` that took `took`.
    pub(super) fn ran(&self, bitmaps: usize, took: Duration) {
        if let Some(total) = bitmaps.checked_sub(1).and_then(|index| self.batches.get(index)) {
            total.add(took);
        }
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        self.last_ms.fetch_max(u64::try_from(now.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Counts a job of that batch.
    pub(super) fn answered(&self, waited: Duration, computed: Duration) {
        self.queue.add(waited);
        self.compute.add(computed);
        self.success.add(waited + computed);
    }

    /// Returns the number of batches.
    pub(crate) fn executions(&self) -> u64 {
        self.batches.iter().map(Total::count).sum()
    }

    /// Returns the number of bitmaps in all batches.
    pub(crate) fn inferences(&self) -> u64 {
        (1..).zip(&self.batches).map(|(bitmaps, total)| bitmaps * total.count()).sum()
    }

    /// Returns the time of the last batch, in milliseconds of Unix time; 0 if there was none.
    pub(crate) fn last_ms(&self) -> u64 {
        self.last_ms.load(Ordering::Relaxed)
    }
}

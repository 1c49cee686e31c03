//! What a network has done since it was loaded, in numbers that anyone may read at any time.

use crate::batch::LARGEST_BATCH;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

/// Counts and durations. Each number is right by itself; two that are read one after the other may be a request apart.
#[derive(Debug, Default)]
pub struct Statistics {
    /// Jobs that were done, from when they came into the queue.
    pub(crate) success: Total,
    /// Jobs that were refused or failed.
    pub(crate) fail: Total,
    /// How long the jobs that were done waited in the queue.
    pub(crate) queue: Total,
    /// How long the network took over them; a batch's time counts for each of its jobs.
    pub(crate) compute: Total,
    /// How long the network took over batches of one bitmap, of two, and so on.
    pub(crate) batches: [Total; LARGEST_BATCH],
    /// When it last did something, in milliseconds of Unix time.
    last_ms: AtomicU64,
}

/// How often something happened, and how long it took in all.
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

    /// How long in all, in nanoseconds.
    pub(crate) fn ns(&self) -> u64 {
        self.ns.load(Ordering::Relaxed)
    }
}

impl Statistics {
    /// A batch of so many bitmaps is done.
    pub(super) fn ran(&self, bitmaps: usize, took: Duration) {
        if let Some(total) = bitmaps.checked_sub(1).and_then(|index| self.batches.get(index)) {
            total.add(took);
        }
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        self.last_ms.fetch_max(u64::try_from(now.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// A job of that batch is done.
    pub(super) fn answered(&self, waited: Duration, computed: Duration) {
        self.queue.add(waited);
        self.compute.add(computed);
        self.success.add(waited + computed);
    }

    /// How many batches were done.
    pub(crate) fn executions(&self) -> u64 {
        self.batches.iter().map(Total::count).sum()
    }

    /// How many bitmaps were in them.
    pub(crate) fn inferences(&self) -> u64 {
        (1..).zip(&self.batches).map(|(bitmaps, total)| bitmaps * total.count()).sum()
    }

    /// When it last did something, in milliseconds of Unix time; 0 if it did nothing yet.
    pub(crate) fn last_ms(&self) -> u64 {
        self.last_ms.load(Ordering::Relaxed)
    }
}

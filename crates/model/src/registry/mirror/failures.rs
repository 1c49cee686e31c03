//! Versions that failed a short time ago, so that the same failure does not repeat every second.

use network::ModelVersion;
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// How long a failure is remembered.
const MEMORY: Duration = Duration::from_secs(30);
/// The largest number of failures that are remembered.
const MOST: usize = 32;

/// The versions with their errors, the oldest failure first.
#[derive(Debug, Default)]
pub(super) struct Failures(VecDeque<(ModelVersion, Instant, String)>);

impl Failures {
    /// Returns the error of a version that failed a short time ago.
    pub(super) fn recent(&self, version: &ModelVersion) -> Option<&str> {
        let recent = |(failed, at, _): &&(ModelVersion, Instant, String)| failed == version && at.elapsed() < MEMORY;
        self.0.iter().rfind(recent).map(|(_, _, error)| error.as_str())
    }

    /// Remembers a failure, and forgets the oldest one if there are too many.
    pub(super) fn add(&mut self, version: ModelVersion, error: String) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back((version, Instant::now(), error));
    }

    /// Forgets all failures.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

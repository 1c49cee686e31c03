//! A log that tells an error that repeats only once.

use super::Registry;

/// The last error of a thread that follows the version that is to serve; empty if there was none.
#[derive(Debug, Default)]
pub(super) struct ErrorLog(String);

impl ErrorLog {
    /// Logs an error that differs from the last one, and the end of errors. Returns whether there is an error.
    pub(super) fn record(&mut self, registry: &Registry, outcome: Result<(), String>) -> bool {
        let error = outcome.err().unwrap_or_default();
        let served = registry.serving();
        let serving = &served.card().version;
        if error.is_empty() && !self.0.is_empty() {
            tracing::info!("the wanted version {serving} serves");
        } else if error != self.0 {
            tracing::error!(wanted = %registry.wanted(), "{serving} continues to serve: {error}");
        }
        self.0 = error;
        !self.0.is_empty()
    }
}

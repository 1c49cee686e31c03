//! Limits on connections, and the open files that they need.

use clap::Args;
use rlimit::{Resource, increase_nofile_limit};
use std::{
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};

/// Open files besides accepted connections: listeners, the database, the other service, rejected connections, the log.
const OTHER_FILES: u64 = 256;

/// Limits on connections, from flags and environment variables.
#[derive(Debug, Clone, Args)]
pub struct ConnectionOptions {
    /// Largest number of open connections. The limit of open files may lower it.
    #[arg(long, env = "MAX_CONNECTIONS", default_value = "4096")]
    pub max_connections: NonZeroUsize,
    /// Seconds within which the head of a request must arrive, from the start of the connection or the last response.
    #[arg(long, env = "HEADER_TIMEOUT_SECONDS", default_value = "10")]
    pub header_timeout_seconds: NonZeroU32,
    /// Seconds after which the service closes a connection whose client reads nothing of its response.
    #[arg(long, env = "SEND_TIMEOUT_SECONDS", default_value = "30")]
    pub send_timeout_seconds: NonZeroU32,
}

impl ConnectionOptions {
    /// Raises the process's limit of open files as far as the system allows, and returns the limits.
    #[must_use]
    pub fn limits(&self) -> ConnectionLimits {
        let files = increase_nofile_limit(u64::MAX).or_else(|_| Resource::NOFILE.get_soft()).unwrap_or(u64::MAX);
        let files = usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(usize::MAX).max(1);
        let most = self.max_connections.get();
        if files < most {
            tracing::warn!(most, files, "the limit of open files lowers the limit of connections");
        }
        let seconds = |seconds: NonZeroU32| Duration::from_secs(seconds.get().into());
        ConnectionLimits {
            connections: most.min(files),
            header_timeout: seconds(self.header_timeout_seconds),
            send_timeout: seconds(self.send_timeout_seconds),
        }
    }
}

/// Limits on connections.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// The largest number of open connections.
    pub connections: usize,
    /// The time within which the head of a request must arrive, from the start of the connection or the last response.
    pub header_timeout: Duration,
    /// The time after which the service closes a connection whose client reads nothing of its response.
    pub send_timeout: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self { connections: 4096, header_timeout: Duration::from_secs(10), send_timeout: Duration::from_secs(30) }
    }
}

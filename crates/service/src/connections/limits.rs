//! Limits on connections, and the open files that they need.

use clap::Args;
use rlimit::{Resource, increase_nofile_limit};
use std::{
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};

/// Open files that are no connections: listeners, the database, the other service, connections that are refused, the log.
const OTHER_FILES: u64 = 256;

/// Limits on connections, by flag or by environment.
#[derive(Debug, Clone, Args)]
pub struct ConnectionOptions {
    /// Connections that may be open at a time. Where the system allows the process fewer open files, fewer.
    #[arg(long, env = "MAX_CONNECTIONS", default_value = "4096")]
    pub max_connections: NonZeroUsize,
    /// Seconds in which a request's head must arrive, and after an answer the next request on the same connection.
    #[arg(long, env = "HEADER_TIMEOUT_SECONDS", default_value = "10")]
    pub header_timeout_seconds: NonZeroU32,
    /// Seconds after which a connection is closed whose client takes nothing of its answer.
    #[arg(long, env = "SEND_TIMEOUT_SECONDS", default_value = "30")]
    pub send_timeout_seconds: NonZeroU32,
}

impl ConnectionOptions {
    /// The limits, after the system was asked for as many open files as it allows.
    #[must_use]
    pub fn limits(&self) -> ConnectionLimits {
        let files = increase_nofile_limit(u64::MAX).or_else(|_| Resource::NOFILE.get_soft()).unwrap_or(u64::MAX);
        let files = usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(usize::MAX).max(1);
        let most = self.max_connections.get();
        if files < most {
            tracing::warn!(most, files, "fewer connections are accepted: the system allows too few open files");
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
    /// How many may be open at a time.
    pub connections: usize,
    /// In what time a request's head must arrive, and after an answer the next request.
    pub header_timeout: Duration,
    /// How long a client may take nothing of its answer.
    pub send_timeout: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self { connections: 4096, header_timeout: Duration::from_secs(10), send_timeout: Duration::from_secs(30) }
    }
}

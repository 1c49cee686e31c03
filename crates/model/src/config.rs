//! The model service's configuration, from flags or environment variables.

use crate::Limits;
use clap::Parser;
use network::ModelVersion;
use service::{ConnectionOptions, TelemetryOptions};
use std::{
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
    path::PathBuf,
    thread,
    time::Duration,
};

/// Serves the network that recognises digits.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub struct Config {
    /// Address to listen on.
    #[arg(long, env = "MODEL_LISTEN", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
    /// Address of the metrics, GET /metrics. Clients of the service need no access to it.
    #[arg(long, env = "METRICS_LISTEN", default_value = "127.0.0.1:9500")]
    pub metrics_listen: SocketAddr,
    /// Folder with the models.
    #[arg(long, env = "MODEL_DIR", default_value = "models")]
    pub models: PathBuf,
    /// Version to serve [default: the version in <models>/champion; the service follows changes of that file].
    #[arg(long, env = "MODEL_VERSION")]
    pub model_version: Option<ModelVersion>,
    /// Slots: bitmaps that may be queued or in a batch at a time. The service rejects further requests with 429.
    #[arg(long, env = "MODEL_QUEUE", default_value = "64")]
    pub queue: NonZeroUsize,
    /// Timeout of a request in the queue, in milliseconds.
    #[arg(long, env = "MODEL_PATIENCE_MS", default_value = "2000")]
    pub patience_ms: NonZeroU32,
    /// Threads that run the network [default: the number of available CPU cores, within the container's quota].
    #[arg(long, env = "MODEL_WORKERS")]
    pub workers: Option<NonZeroUsize>,
    /// Limits on connections.
    #[command(flatten)]
    pub connections: ConnectionOptions,
    /// Logs and traces.
    #[command(flatten)]
    pub telemetry: TelemetryOptions,
    /// Checks the health of a running service, whose metrics listen on `metrics_listen`, and exits with 0 if it is
    /// alive. The check does not count towards the service's limit on connections.
    #[arg(long)]
    pub healthcheck: bool,
}

impl Config {
    /// Returns the number of threads that run the network. The default respects CPU affinity and the cgroup's quota.
    #[must_use]
    pub fn workers(&self) -> NonZeroUsize {
        self.workers.or(thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
    }

    /// Returns the limits of the engine.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            workers: self.workers(),
            slots: self.queue,
            patience: Duration::from_millis(self.patience_ms.get().into()),
        }
    }
}

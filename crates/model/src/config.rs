//! What the model service can be told, by flag or by environment.

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

/// Serves the network that names digits.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub struct Config {
    /// Address to listen on.
    #[arg(long, env = "MODEL_LISTEN", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
    /// Address to serve the metrics at, GET /metrics. Clients of the service need not reach it.
    #[arg(long, env = "METRICS_LISTEN", default_value = "127.0.0.1:9500")]
    pub metrics_listen: SocketAddr,
    /// Folder with the models.
    #[arg(long, env = "MODEL_DIR", default_value = "models")]
    pub models: PathBuf,
    /// Version to serve [default: the one that <models>/champion names, also when that changes].
    #[arg(long, env = "MODEL_VERSION")]
    pub model_version: Option<ModelVersion>,
    /// Bitmaps that may be in work or wait for it; requests beyond are told to come back later.
    #[arg(long, env = "MODEL_QUEUE", default_value = "64")]
    pub queue: NonZeroUsize,
    /// Milliseconds that a request may wait for its turn.
    #[arg(long, env = "MODEL_PATIENCE_MS", default_value = "2000")]
    pub patience_ms: NonZeroU32,
    /// Threads that run the network [default: as many as there are cores, or as the container may use].
    #[arg(long, env = "MODEL_WORKERS")]
    pub workers: Option<NonZeroUsize>,
    /// Limits on connections.
    #[command(flatten)]
    pub connections: ConnectionOptions,
    /// What is logged, and where traces are sent.
    #[command(flatten)]
    pub telemetry: TelemetryOptions,
    /// Asks the service whose metrics are at `metrics_listen` whether it lives, and exits with 0 if it does. However many
    /// clients it has, they take no connection from this question.
    #[arg(long)]
    pub healthcheck: bool,
}

impl Config {
    /// How many threads run the network. What the system tells minds affinity and the cgroup's quota.
    #[must_use]
    pub fn workers(&self) -> NonZeroUsize {
        self.workers.or(thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
    }

    /// What the engine is set up with.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            workers: self.workers(),
            slots: self.queue,
            patience: Duration::from_millis(self.patience_ms.get().into()),
        }
    }
}

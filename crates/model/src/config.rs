//! What the model service can be told, by flag or by environment.

use clap::Parser;
use network::ModelVersion;
use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf};

/// Serves the network that names digits.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub struct Config {
    /// Address to listen on.
    #[arg(long, env = "MODEL_LISTEN", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
    /// Folder with the models.
    #[arg(long, env = "MODEL_DIR", default_value = "models")]
    pub models: PathBuf,
    /// Version to serve [default: the one that <models>/champion names].
    #[arg(long, env = "MODEL_VERSION")]
    pub model_version: Option<ModelVersion>,
    /// Requests that may be in work or wait for it; one more is told to come back later.
    #[arg(long, env = "MODEL_QUEUE", default_value = "64")]
    pub queue: NonZeroUsize,
    /// Asks the service that runs at `listen` whether it lives, and exits with 0 if it does.
    #[arg(long)]
    pub healthcheck: bool,
}

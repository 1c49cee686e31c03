//! The model service's configuration, from flags or environment variables.

use crate::{Limits, RegistryClient, RegistryToken, RegistryUrl};
use anyhow::{Context, ensure};
use clap::Parser;
use network::ModelVersion;
use service::{ConnectionOptions, Secret, TelemetryOptions};
use std::{
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
    path::{Path, PathBuf},
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
    /// Address of the api whose registry names the version to serve, such as <http://api:8501>. The service copies models
    /// from it [default: none; the service loads models from <models>].
    #[arg(long, env = "MODEL_REGISTRY")]
    pub registry: Option<RegistryUrl>,
    /// The API token for the registry, with the scope `models:read`.
    #[arg(long, env = "MODEL_REGISTRY_TOKEN", hide_env_values = true)]
    pub registry_token: Option<Secret>,
    /// A file with the API token in its first line. The service reads it again for each request.
    #[arg(long, env = "MODEL_REGISTRY_TOKEN_FILE")]
    pub registry_token_file: Option<PathBuf>,
    /// Folder for copies of models from the registry, of this service alone. The service starts on them if the registry is
    /// unavailable, or else on the champion of <models>.
    #[arg(long, env = "MODEL_CACHE")]
    pub cache: Option<PathBuf>,
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
    /// Returns a client of the registry and the folder for copies, if there is a registry.
    ///
    /// # Errors
    /// When there is no folder for copies, or when the configuration names a version, too.
    pub fn mirror(&self) -> anyhow::Result<Option<(RegistryClient, &Path)>> {
        let Some(registry) = &self.registry else { return Ok(None) };
        ensure!(self.model_version.is_none(), "MODEL_REGISTRY decides which version serves: leave MODEL_VERSION out");
        let cache = self.cache.as_deref();
        let cache = cache.context("MODEL_REGISTRY needs MODEL_CACHE, a folder for copies of this service alone")?;
        let token = RegistryToken { token: self.registry_token.clone(), file: self.registry_token_file.clone() };
        Ok(Some((RegistryClient::new(registry.clone(), token)?, cache)))
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Config {
        Config::parse_from([&["model"], arguments].concat())
    }

    #[test]
    fn a_registry_needs_a_folder_for_copies_and_decides_which_version_serves() {
        let registry = "--registry=http://api:8501";
        let error = |arguments: &[&str]| parse(arguments).mirror().unwrap_err().to_string();
        assert!(error(&[registry]).contains("needs MODEL_CACHE"));
        assert!(error(&[registry, "--cache=copies", "--model-version=v1"]).contains("leave MODEL_VERSION out"));
        assert!(parse(&[registry, "--cache=copies"]).mirror().unwrap().is_some());
        assert!(parse(&["--cache=copies"]).mirror().unwrap().is_none());
        let error = Config::try_parse_from(["model", "--registry=https://api"]).unwrap_err();
        assert!(error.to_string().contains("https is not supported"), "{error}");
    }

    #[test]
    fn debug_output_shows_no_token() {
        let config = parse(&["--registry=http://api:8501", "--cache=copies", "--registry-token=hush"]);
        assert!(!format!("{config:?} {:?}", config.mirror().unwrap()).contains("hush"));
    }
}

//! The mirror: follows the registry that the api serves, and keeps copies of its models.
//!
//! A thread asks the registry every second which version is to serve. It copies the version into the folder of the
//! loaded versions, and the version serves once it is loaded, with all checks of loading. Then the folder's file
//! `champion` names it, so the next process starts on the last version that served, even without the registry.

mod cache;
mod client;
mod failures;
mod files;
mod start;

pub use client::{RegistryClient, RegistryError, RegistryToken, RegistryUrl, RegistryUrlError};
pub use start::open_cache;

use super::{LoadError, Registry, error_log::ErrorLog};
use cache::Cache;
use failures::Failures;
use network::{ChampionError, ModelVersion};
use std::{
    io,
    path::PathBuf,
    sync::{
        Arc, Weak,
        mpsc::{Receiver, RecvTimeoutError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

/// The interval at which the registry is asked for the version that is to serve.
const EVERY: Duration = Duration::from_secs(1);
/// The least time between two versions that operators request. It bounds what requests for many names cost.
const BETWEEN_REQUESTED: Duration = Duration::from_secs(1);
/// The largest number of requested versions that wait. A client repeats a request that is dropped.
const WAITING: usize = 4;

/// The reason why a version is not copied or does not serve.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// The registry did not send it.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The copy cannot be written.
    #[error("the copy in {folder} cannot be written: {source}", folder = folder.display())]
    Cache {
        /// The folder of copies.
        folder: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The name of the version that serves cannot be read or written.
    #[error(transparent)]
    Champion(#[from] ChampionError),
    /// The version cannot be loaded.
    #[error("{version} cannot be loaded: {reason}")]
    Load {
        /// The version.
        version: ModelVersion,
        /// The cause.
        reason: Box<LoadError>,
    },
    /// The system cannot start the thread.
    #[error("the thread that follows the registry cannot start: {0}")]
    Thread(io::Error),
    /// The version failed a short time ago, with this error.
    #[error("{0}")]
    Recently(String),
}

impl MirrorError {
    fn load(version: &ModelVersion, reason: impl Into<LoadError>) -> Self {
        Self::Load { version: version.clone(), reason: Box::new(reason.into()) }
    }

    /// Whether the next attempt probably succeeds no more than this one.
    fn is_lasting(&self) -> bool {
        match self {
            Self::Registry(error) => matches!(error, RegistryError::Damaged { .. } | RegistryError::TooLarge { .. }),
            Self::Cache { .. } | Self::Load { .. } => true,
            Self::Champion(_) | Self::Thread(_) | Self::Recently(_) => false,
        }
    }
}

/// Starts a thread that follows the registry until the loaded versions are dropped. `registry` must be one of
/// [`open_cache`]. If a version cannot be copied or loaded, the thread logs the error once, and the previous version
/// continues to serve.
///
/// # Errors
/// When the system cannot start the thread, or when there is no folder of copies.
pub fn mirror(client: RegistryClient, registry: &Arc<Registry>) -> Result<(), MirrorError> {
    let (request, requested) = sync_channel(WAITING);
    let mirror = Mirror {
        client,
        cache: Cache::open(registry.folder())?,
        errors: ErrorLog::default(),
        failures: Failures::default(),
        failed_requests: Failures::default(),
        next_requested: Instant::now(),
    };
    let loaded = Arc::downgrade(registry);
    let thread = thread::Builder::new().name("mirror".to_owned());
    thread.spawn(move || mirror.run(&loaded, &requested)).map_err(MirrorError::Thread)?;
    drop(registry.requested.set(request)); // a second mirror ends: its sender is dropped
    Ok(())
}

/// The state of the thread.
#[derive(Debug)]
struct Mirror {
    client: RegistryClient,
    cache: Cache,
    errors: ErrorLog,
    /// The versions that were to serve and failed. Requests of operators do not count here, so that they cannot delay a
    /// version that is to serve.
    failures: Failures,
    failed_requests: Failures,
    /// When the next requested version is copied at the earliest.
    next_requested: Instant,
}

impl Mirror {
    fn run(mut self, registry: &Weak<Registry>, requested: &Receiver<ModelVersion>) {
        let mut next = Instant::now();
        loop {
            let request = requested.recv_timeout(next.saturating_duration_since(Instant::now()));
            let Some(registry) = registry.upgrade() else { return };
            match request {
                Ok(version) => self.copy_requested(&registry, &version),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if Instant::now() >= next {
                let outcome = self.follow(&registry).map_err(|error| error.to_string());
                self.errors.record(&registry, outcome);
                next = Instant::now() + EVERY;
            }
        }
    }

    /// Serves the version that the registry names.
    fn follow(&mut self, registry: &Registry) -> Result<(), MirrorError> {
        let wanted = self.client.serving()?;
        registry.want(&wanted);
        if let Some(error) = self.failures.recent(&wanted) {
            return Err(MirrorError::Recently(error.to_owned()));
        }
        let served = self.serve(registry, &wanted);
        match &served {
            Ok(()) => self.failures.clear(),
            Err(error) if error.is_lasting() => self.failures.add(wanted, error.to_string()),
            Err(_) => {}
        }
        served
    }

    fn serve(&self, registry: &Registry, wanted: &ModelVersion) -> Result<(), MirrorError> {
        if registry.find(wanted).is_none() {
            self.copy(registry, wanted)?;
        }
        registry.serve(wanted).map_err(|reason| MirrorError::load(wanted, reason))?;
        self.remember(registry, wanted)
    }

    /// Has the next process start on this version, which was loaded.
    fn remember(&self, registry: &Registry, version: &ModelVersion) -> Result<(), MirrorError> {
        if network::champion(registry.folder()).is_ok_and(|champion| champion == *version) {
            return Ok(());
        }
        self.copy(registry, version)?;
        Ok(network::promote(registry.folder(), version)?)
    }

    /// Copies a version that an operator wants to load.
    fn copy_requested(&mut self, registry: &Registry, version: &ModelVersion) {
        if self.failed_requests.recent(version).is_some() || Instant::now() < self.next_requested {
            return;
        }
        if let Err(error) = self.copy(registry, version) {
            tracing::warn!(%version, "the requested version is not copied: {error}");
            self.failed_requests.add(version.clone(), error.to_string());
        }
        self.next_requested = Instant::now() + BETWEEN_REQUESTED;
    }

    /// Copies a version from the registry, unless there is an intact copy.
    fn copy(&self, registry: &Registry, version: &ModelVersion) -> Result<(), MirrorError> {
        if self.cache.holds(version) {
            return Ok(());
        }
        let files = self.client.files(version)?;
        self.cache.insert(&files, |version| registry.find(version).is_some())?;
        tracing::info!(%version, "copied a model from the registry");
        Ok(())
    }
}

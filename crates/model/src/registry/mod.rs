//! The registry: the loaded versions, and which of them serves. Both may change while requests are processed.
//!
//! A request holds the version that it started with. A switch exchanges a pointer, so that no batch mixes two versions
//! and no request waits. The old version is freed when it is unloaded and its last request has ended.

mod error_log;
mod metrics;
mod mirror;
mod served;
mod watch;

pub use mirror::{
    MirrorError, RegistryClient, RegistryError, RegistryToken, RegistryUrl, RegistryUrlError, mirror, open_cache,
};
pub use served::{LoadError, Served};
pub use watch::watch;

use arc_swap::ArcSwap;
use network::ModelVersion;
use std::{
    io,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, mpsc::SyncSender},
    time::Instant,
};

/// The largest number of versions that are loaded at a time.
const MOST: usize = 4;

/// The versions in a folder, some of them loaded.
#[derive(Debug)]
pub struct Registry {
    folder: PathBuf,
    workers: NonZeroUsize,
    loaded: ArcSwap<Loaded>,
    /// The version that is to serve. Another one serves until it is loaded, or as long as it cannot be loaded.
    wanted: ArcSwap<ModelVersion>,
    /// Serialises changes of the loaded versions.
    changing: Mutex<()>,
    /// Takes versions that operators request and that the folder lacks, if a mirror can copy them.
    requested: OnceLock<SyncSender<ModelVersion>>,
}

/// The version that serves, and the other loaded versions, the newest first.
#[derive(Debug, Clone)]
struct Loaded {
    serving: Arc<Served>,
    others: Vec<Arc<Served>>,
}

impl Loaded {
    fn all(&self) -> impl Iterator<Item = &Arc<Served>> {
        std::iter::once(&self.serving).chain(&self.others)
    }

    fn find(&self, version: &ModelVersion) -> Option<&Arc<Served>> {
        self.all().find(|served| served.card().version == *version)
    }
}

impl Registry {
    /// Loads the version that is to serve. Every loaded version has one replica for each of `workers`.
    ///
    /// # Errors
    /// When the version cannot be loaded.
    pub fn open(folder: PathBuf, serving: &ModelVersion, workers: NonZeroUsize) -> Result<Self, LoadError> {
        let wanted = ArcSwap::from_pointee(serving.clone());
        let serving = Arc::new(Served::load(&folder, serving, workers)?);
        let loaded = ArcSwap::from_pointee(Loaded { serving, others: Vec::new() });
        Ok(Self { folder, workers, loaded, wanted, changing: Mutex::new(()), requested: OnceLock::new() })
    }

    /// Returns the folder with the versions.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the version that serves.
    #[must_use]
    pub fn serving(&self) -> Arc<Served> {
        self.loaded.load().serving.clone()
    }

    /// Returns the version that is to serve.
    #[must_use]
    pub fn wanted(&self) -> ModelVersion {
        ModelVersion::clone(&self.wanted.load())
    }

    /// Returns a version if it is loaded.
    #[must_use]
    pub fn find(&self, version: &ModelVersion) -> Option<Arc<Served>> {
        self.loaded.load().find(version).cloned()
    }

    /// Returns all loaded versions; the one that serves comes first.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Served>> {
        self.loaded.load().all().cloned().collect()
    }

    /// Returns the versions in the folder, loaded or not, sorted by name.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn available(&self) -> io::Result<Vec<ModelVersion>> {
        versions_in(&self.folder)
    }

    /// Whether a mirror decides which version serves, and not the file `champion`.
    #[must_use]
    pub fn has_mirror(&self) -> bool {
        self.requested.get().is_some()
    }

    /// Has the mirror, if there is one, copy a version into the folder, and returns whether there is a mirror. The mirror may
    /// drop the request, so the client has to repeat it.
    pub fn request(&self, version: &ModelVersion) -> bool {
        self.requested.get().inspect(|mirror| drop(mirror.try_send(version.clone()))).is_some()
    }

    /// Loads a version in addition to the one that serves, unless it is loaded already. Loading blocks the thread.
    ///
    /// # Errors
    /// When the version cannot be loaded. Nothing changes then.
    pub fn load(&self, version: &ModelVersion) -> Result<(), LoadError> {
        let _alone = self.changing();
        let mut loaded = Loaded::clone(&self.loaded.load());
        if loaded.find(version).is_some() {
            return Ok(());
        }
        if loaded.others.len() + 1 >= MOST {
            return Err(LoadError::Full(MOST));
        }
        loaded.others.insert(0, self.read(version)?);
        self.loaded.store(Arc::new(loaded));
        Ok(())
    }

    /// Makes a version the one that serves, and loads it if necessary. The previous version stays loaded, so that a
    /// switch back is quick. The oldest version is unloaded if there are too many.
    ///
    /// # Errors
    /// When the version cannot be loaded. The previous version continues to serve then.
    pub fn serve(&self, version: &ModelVersion) -> Result<(), LoadError> {
        self.want(version);
        let _alone = self.changing();
        let mut loaded = Loaded::clone(&self.loaded.load());
        if loaded.serving.card().version == *version {
            return Ok(());
        }
        let next = match loaded.find(version) {
            Some(served) => served.clone(),
            None => self.read(version)?,
        };
        loaded.others.retain(|served| !Arc::ptr_eq(served, &next));
        let old = std::mem::replace(&mut loaded.serving, next);
        tracing::info!(from = %old.card().version, to = %version, "switched models");
        loaded.others.insert(0, old);
        loaded.others.truncate(MOST - 1);
        self.loaded.store(Arc::new(loaded));
        Ok(())
    }

    /// Unloads a version that does not serve, and returns whether it was loaded.
    pub fn unload(&self, version: &ModelVersion) -> bool {
        let _alone = self.changing();
        let mut loaded = Loaded::clone(&self.loaded.load());
        let before = loaded.others.len();
        loaded.others.retain(|served| served.card().version != *version);
        let was_loaded = loaded.others.len() < before;
        self.loaded.store(Arc::new(loaded));
        was_loaded
    }

    fn want(&self, version: &ModelVersion) {
        if **self.wanted.load() != *version {
            self.wanted.store(Arc::new(version.clone()));
        }
    }

    fn read(&self, version: &ModelVersion) -> Result<Arc<Served>, LoadError> {
        let began = Instant::now();
        let served = Served::load(&self.folder, version, self.workers)?;
        tracing::info!(%version, took = ?began.elapsed(), "loaded a model");
        Ok(Arc::new(served))
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the versions in a folder, sorted by name.
fn versions_in(folder: &Path) -> io::Result<Vec<ModelVersion>> {
    let mut versions = Vec::new();
    for entry in folder.read_dir()? {
        let entry = entry?;
        let version = entry.file_name().to_str().and_then(|name| name.parse::<ModelVersion>().ok());
        versions.extend(version.filter(|_| entry.path().join("card.json").is_file()));
    }
    versions.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    Ok(versions)
}

//! The start on copies, which needs no registry.

use super::{MirrorError, cache::Cache, files::ModelFiles};
use crate::Registry;
use network::ModelVersion;
use std::{num::NonZeroUsize, path::Path};

/// Loads the last version that served from the folder of copies. If there is none that can be loaded, the champion of
/// `models`, the folder that came with the program, is copied and serves.
///
/// # Errors
/// When neither can be loaded, or when the folder of copies cannot be written.
pub fn open_cache(cache: &Path, models: &Path, workers: NonZeroUsize) -> Result<Registry, MirrorError> {
    let copies = Cache::open(cache)?;
    let open = |version: &ModelVersion| {
        Registry::open(cache.to_owned(), version, workers).map_err(|reason| MirrorError::load(version, reason))
    };
    let last = network::champion(cache);
    match last.as_ref().map(open) {
        Ok(Ok(registry)) => return Ok(registry),
        Ok(Err(error)) => tracing::error!("the last champion does not serve: {error}"),
        Err(error) => tracing::info!("no version served from the copies yet: {error}"),
    }
    let champion = network::champion(models)?;
    if !copies.holds(&champion) {
        let files = ModelFiles::read(models, &champion);
        copies.insert(&files.map_err(|reason| MirrorError::load(&champion, reason))?, |_| false)?;
    }
    let registry = open(&champion)?;
    if let Ok(last) = last {
        registry.want(&last);
    }
    Ok(registry)
}

//! The champion: the version that serves, which the file `champion` in the models folder names.

use digit::{InvalidVersion, ModelVersion};
use std::{fs, io, path::Path};

/// The reason why the champion's name cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ChampionError {
    /// The file `champion` is missing or unreadable.
    #[error("cannot read or write {path}, the file that names the version that serves: {source}")]
    Io {
        /// The file.
        path: String,
        /// The cause.
        source: io::Error,
    },
    /// The file does not name a version.
    #[error("{path}: {source}")]
    Invalid {
        /// The file.
        path: String,
        /// The cause.
        source: InvalidVersion,
    },
}

/// Returns the version that `<models>/champion` names.
///
/// # Errors
/// When the file cannot be read or names no version.
pub fn champion(models: &Path) -> Result<ModelVersion, ChampionError> {
    let file = models.join("champion");
    let path = file.display().to_string();
    let text = fs::read_to_string(file).map_err(|source| ChampionError::Io { path: path.clone(), source })?;
    text.trim().parse().map_err(|source| ChampionError::Invalid { path, source })
}

/// Writes the version to `<models>/champion`, which makes it the champion.
///
/// # Errors
/// When the file cannot be written.
pub fn promote(models: &Path, version: &ModelVersion) -> Result<(), ChampionError> {
    let file = models.join("champion");
    // The rename is atomic: a reader finds the old or the new name, never a part.
    let fresh = models.join("champion.new");
    fs::write(&fresh, format!("{version}\n"))
        .and_then(|()| fs::rename(&fresh, &file))
        .map_err(|source| ChampionError::Io { path: file.display().to_string(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_promoted_version_is_the_champion() {
        let models = tempfile::tempdir().unwrap();
        assert!(matches!(champion(models.path()), Err(ChampionError::Io { .. })));
        let version: ModelVersion = "v2".parse().unwrap();
        promote(models.path(), &version).unwrap();
        assert_eq!(champion(models.path()).unwrap(), version);
    }
}

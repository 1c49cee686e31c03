//! A model's version: the name of its folder, and the file that says which one serves.

use serde::{Deserialize, Serialize};
use std::{fmt, fs, io, path::Path, str::FromStr};

/// A version's name: 1 to 64 of `a–z`, `0–9`, `-`, `_` and `.`, starting with a letter or a digit, so that it is
/// safe as a folder, in a URL and in a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelVersion(String);

/// The text is no version's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a model's version: use up to 64 of a-z, 0-9, '-', '_' and '.', starting with a letter or digit")]
pub struct InvalidVersion(String);

/// Why the champion's name could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ChampionError {
    /// The file `champion` is missing or unreadable.
    #[error("cannot read or write {path}, the file that names the version that serves: {source}")]
    Io {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// It does not name a version.
    #[error("{path}: {source}")]
    Invalid {
        /// The file.
        path: String,
        /// Why.
        source: InvalidVersion,
    },
}

impl ModelVersion {
    /// The version that `<models>/champion` names.
    ///
    /// # Errors
    /// When the file cannot be read or names no version.
    pub fn champion(models: &Path) -> Result<Self, ChampionError> {
        let file = models.join("champion");
        let path = file.display().to_string();
        let text = fs::read_to_string(file).map_err(|source| ChampionError::Io { path: path.clone(), source })?;
        text.trim().parse().map_err(|source| ChampionError::Invalid { path, source })
    }

    /// Makes this the version that `<models>/champion` names.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn promote(&self, models: &Path) -> Result<(), ChampionError> {
        let file = models.join("champion");
        // Written beside and renamed, so that a reader finds the old name or the new one, never half of it.
        let fresh = models.join("champion.new");
        fs::write(&fresh, format!("{self}\n"))
            .and_then(|()| fs::rename(&fresh, &file))
            .map_err(|source| ChampionError::Io { path: file.display().to_string(), source })
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ModelVersion {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let valid = (1..=64).contains(&text.len())
            && text.starts_with(plain)
            && text.chars().all(|c| plain(c) || matches!(c, '-' | '_' | '.'));
        if valid { Ok(Self(text.to_owned())) } else { Err(InvalidVersion(text.to_owned())) }
    }
}

impl TryFrom<String> for ModelVersion {
    type Error = InvalidVersion;

    fn try_from(text: String) -> Result<Self, InvalidVersion> {
        text.parse()
    }
}

impl From<ModelVersion> for String {
    fn from(version: ModelVersion) -> Self {
        version.0
    }
}

impl fmt::Display for ModelVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_never_leaves_its_folder() {
        for good in ["cnn7-2026-11-21", "1", "a.b_c"] {
            assert!(good.parse::<ModelVersion>().is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "../x", "a/b", "-x", "A", "a b", "a\n", &"x".repeat(65)] {
            assert!(bad.parse::<ModelVersion>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_promoted_version_is_the_champion() {
        let models = tempfile::tempdir().unwrap();
        assert!(matches!(ModelVersion::champion(models.path()), Err(ChampionError::Io { .. })));
        let version: ModelVersion = "v2".parse().unwrap();
        version.promote(models.path()).unwrap();
        assert_eq!(ModelVersion::champion(models.path()).unwrap(), version);
    }
}

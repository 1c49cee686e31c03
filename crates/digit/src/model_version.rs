//! The version of a model, its name in requests, model cards and folders.

use serde::{Deserialize, Serialize};
use std::{fmt, ops::Deref, str::FromStr};

/// A version's name: 1 to 64 of `a–z`, `0–9`, `-`, `_` and `.`, starting with a letter or a digit, so that it is
/// safe as a folder, in a URL and in a log.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelVersion(String);

/// The error of a text that is not a valid version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a model's version: use up to 64 of a-z, 0-9, '-', '_' and '.', starting with a letter or digit")]
pub struct InvalidVersion(String);

impl ModelVersion {
    /// A regular expression that matches every name, without anchors.
    pub const PATTERN: &str = "[a-z0-9][a-z0-9._-]{0,63}";

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for ModelVersion {
    type Target = str;

    fn deref(&self) -> &str {
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
    fn a_version_is_a_safe_name_of_a_folder() {
        for good in ["cnn7-2026-11-21", "1", "a.b_c"] {
            assert!(good.parse::<ModelVersion>().is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "../x", "a/b", "-x", "A", "a b", "a\n", &"x".repeat(65)] {
            assert!(bad.parse::<ModelVersion>().is_err(), "{bad:?}");
        }
    }
}

//! Secrets in the configuration.

use std::{convert::Infallible, fmt, fs, io, path::Path, str::FromStr};

/// Text that may hold a password. No message or log shows it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Returns the text of a file, without line breaks at its end; `None` without a file. Docker and Kubernetes mount secrets
    /// as files, which neither `docker inspect` nor a list of processes shows.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn in_file(path: Option<&Path>) -> io::Result<Option<Self>> {
        let Some(path) = path.filter(|path| !path.as_os_str().is_empty()) else { return Ok(None) };
        let text = fs::read_to_string(path).map_err(|error| {
            io::Error::new(error.kind(), format!("cannot read the secret in {}: {error}", path.display()))
        })?;
        Ok(Some(Self(text.trim_end_matches(['\r', '\n']).to_owned())))
    }

    /// Returns the text.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

// Parsing accepts any text, because clap's error message would show a rejected one.
impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

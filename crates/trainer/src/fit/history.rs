//! The epochs of a finished run, kept beside its model for reports: `<models>/<version>/history.json`.

use super::EpochLog;
use anyhow::Context;
use std::{fs, io::ErrorKind, path::Path};

const HISTORY: &str = "history.json";

/// Keeps the epochs in a model's folder.
///
/// # Errors
/// When it cannot be written.
pub fn write(folder: &Path, epochs: &[EpochLog]) -> anyhow::Result<()> {
    let path = folder.join(HISTORY);
    fs::write(&path, serde_json::to_string(epochs)? + "\n").with_context(|| format!("{}", path.display()))
}

/// The epochs of a model's training; none where they were not kept.
///
/// # Errors
/// When they are there and cannot be read.
pub fn read(folder: &Path) -> anyhow::Result<Vec<EpochLog>> {
    let path = folder.join(HISTORY);
    let json = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.with_context(|| format!("{}", path.display()))?,
    };
    serde_json::from_str(&json).with_context(|| format!("{}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_history_is_kept_and_one_that_was_not_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), []);
        write(folder.path(), &[fixture::epoch()]).unwrap();
        assert_eq!(read(folder.path()).unwrap(), [fixture::epoch()]);
        fs::write(folder.path().join(HISTORY), "[{]").unwrap();
        assert!(read(folder.path()).unwrap_err().to_string().contains(HISTORY));
    }
}

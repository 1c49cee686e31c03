//! Files that a reader finds whole or not at all, also after a crash or on a full disk.

use std::{fs, io, path::Path};

/// Writes a file under another name and renames it. Creates its folder if there is none.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    let unfinished = path.with_added_extension("new");
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(&unfinished, content)?;
    fs::rename(&unfinished, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/evaluation.json");
        write(&path, "old").unwrap();
        fs::create_dir(path.with_added_extension("new")).unwrap();
        write(&path, "newer").unwrap_err();
        assert_eq!(fs::read_to_string(path).unwrap(), "old");
    }
}

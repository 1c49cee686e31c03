//! The folder of copies. It outlives the process, so that the next one starts without the registry.

use super::{MirrorError, files::ModelFiles};
use crate::registry::versions_in;
use network::ModelVersion;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The largest number of versions that the folder holds.
const MOST: usize = 8;

/// The folder, which only this process writes to.
#[derive(Debug)]
pub(super) struct Cache(PathBuf);

impl Cache {
    /// Opens the folder, and makes it if there is none.
    pub(super) fn open(folder: &Path) -> Result<Self, MirrorError> {
        let cache = Self(folder.to_owned());
        fs::create_dir_all(folder).map_err(|source| cache.error(source))?;
        Ok(cache)
    }

    /// Whether the folder holds an intact copy of the version.
    pub(super) fn holds(&self, version: &ModelVersion) -> bool {
        ModelFiles::read(&self.0, version).is_ok()
    }

    /// Writes a copy, and deletes the oldest copies that are not in use if there are too many.
    pub(super) fn insert(
        &self,
        files: &ModelFiles,
        is_in_use: impl Fn(&ModelVersion) -> bool,
    ) -> Result<(), MirrorError> {
        self.write(files, is_in_use).map_err(|source| self.error(source))
    }

    fn write(&self, files: &ModelFiles, is_in_use: impl Fn(&ModelVersion) -> bool) -> io::Result<()> {
        // A folder with a version's name holds a complete copy, because a rename makes it. The other name is that of no
        // version, and always the same, so a process that is killed leaves at most one partial copy.
        let (partial, copy) = (self.0.join(".partial"), self.0.join(files.version().as_str()));
        remove(&partial)?;
        remove(&copy)?; // a damaged one
        self.make_room(is_in_use)?;
        fs::create_dir(&partial)?;
        let written = files.write(&partial).and_then(|()| fs::rename(&partial, &copy));
        written.inspect_err(|_| drop(remove(&partial))) // a full disk needs the room
    }

    fn error(&self, source: io::Error) -> MirrorError {
        MirrorError::Cache { folder: self.0.clone(), source }
    }

    /// Deletes the oldest copies that are not in use until one more has room.
    fn make_room(&self, is_in_use: impl Fn(&ModelVersion) -> bool) -> io::Result<()> {
        let held = versions_in(&self.0)?;
        let excess = (held.len() + 1).saturating_sub(MOST);
        let mut unused = Vec::new();
        for version in held.into_iter().filter(|version| !is_in_use(version)) {
            let copy = self.0.join(version.as_str());
            unused.push((fs::metadata(&copy)?.modified()?, copy));
        }
        unused.sort();
        unused.iter().take(excess).try_for_each(|(_, copy)| fs::remove_dir_all(copy))
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use network::sha256;
    use serde_json::Value;
    use std::time::{Duration, SystemTime};

    /// The files of a version with the champion's card and other weights.
    fn files(name: &str) -> ModelFiles {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
        let champion = models.join(network::champion(&models).unwrap().as_str());
        let mut card: Value = serde_json::from_slice(&fs::read(champion.join("card.json")).unwrap()).unwrap();
        card["version"] = name.into();
        card["weights_sha256"] = sha256(name.as_bytes()).into();
        ModelFiles::new(version(name), card.to_string().into_bytes(), name.as_bytes().to_vec()).unwrap()
    }

    fn version(name: &str) -> ModelVersion {
        name.parse().unwrap()
    }

    /// Sets the age of a copy.
    fn age(folder: &Path, name: &str, days: u64) {
        let time = SystemTime::now() - Duration::from_hours(24 * days);
        fs::File::open(folder.join(name)).unwrap().set_modified(time).unwrap();
    }

    #[test]
    fn the_oldest_copies_that_are_not_in_use_are_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("copies")).unwrap();
        for number in 1..=8 {
            let name = format!("v{number}");
            cache.insert(&files(&name), |_| false).unwrap();
            age(&cache.0, &name, number);
        }
        assert_eq!(versions_in(&cache.0).unwrap().len(), 8);
        cache.insert(&files("v9"), |used| *used == version("v8")).unwrap();
        cache.insert(&files("v10"), |used| *used == version("v8")).unwrap();
        let kept = versions_in(&cache.0).unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(kept, ["v1", "v10", "v2", "v3", "v4", "v5", "v8", "v9"]);
    }

    #[test]
    fn a_copy_replaces_a_damaged_one_and_what_a_killed_process_left() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        for name in [".partial", "v1"] {
            fs::create_dir(folder.path().join(name)).unwrap();
            fs::write(folder.path().join(name).join("weights.safetensors"), "half of the wei").unwrap();
        }
        assert!(!cache.holds(&version("v1")));
        cache.insert(&files("v1"), |_| false).unwrap();
        assert!(cache.holds(&version("v1")));
        assert!(!folder.path().join(".partial").exists());
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        fs::write(folder.path().join(".partial"), "no folder").unwrap();
        let error = cache.insert(&files("v1"), |_| false).unwrap_err().to_string();
        assert!(error.contains(folder.path().to_str().unwrap()), "{error}");
    }
}

//! A models folder with copies of the champion under several names.

use model::Registry;
use network::{ModelCard, ModelVersion};
use std::{
    fs,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};
use tempfile::TempDir;

pub(crate) struct Models(TempDir);

impl Models {
    pub(crate) fn new(names: &[&str]) -> Self {
        let (folder, source) =
            (tempfile::tempdir().unwrap(), Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models"));
        let champion = network::champion(&source).unwrap();
        let model = network::open(&source, &champion, tch::Device::Cpu).unwrap();
        for name in names {
            let card = ModelCard { version: version(name), ..model.card.clone() };
            network::save(folder.path(), card, &model.variables).unwrap();
        }
        Self(folder)
    }

    /// A folder whose champion is the first of these versions.
    pub(crate) fn with_champion(names: &[&str]) -> Self {
        let models = Self::new(names);
        models.promote(names[0]);
        models
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    pub(crate) fn promote(&self, name: &str) {
        network::promote(&self.path(), &version(name)).unwrap();
    }

    /// Truncates the weights of a version.
    pub(crate) fn damage(&self, name: &str) {
        let weights = self.0.path().join(name).join("weights.safetensors");
        let bytes = fs::read(&weights).unwrap();
        fs::write(weights, &bytes[..bytes.len() / 2]).unwrap();
    }

    /// Changes the card of a version.
    pub(crate) fn change_card(&self, name: &str, change: impl FnOnce(&mut ModelCard)) {
        let file = self.0.path().join(name).join("card.json");
        let mut card = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        change(&mut card);
        fs::write(file, serde_json::to_vec(&card).unwrap()).unwrap();
    }

    pub(crate) fn open(&self, serving: &str) -> Registry {
        Registry::open(self.path(), &version(serving), NonZeroUsize::MIN).unwrap()
    }
}

pub(crate) fn version(name: &str) -> ModelVersion {
    name.parse().unwrap()
}

pub(crate) fn serving(registry: &Registry) -> String {
    registry.serving().card().version.to_string()
}

pub(crate) fn loaded(registry: &Registry) -> Vec<String> {
    registry.all().iter().map(|served| served.card().version.to_string()).collect()
}

/// Waits until the condition holds, and returns whether it does.
pub(crate) fn eventually(holds: impl Fn() -> bool) -> bool {
    (0..1200).any(|_| {
        thread::sleep(Duration::from_millis(25));
        holds()
    })
}

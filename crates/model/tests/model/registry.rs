//! Tests of the registry with real models on disk: loading, switching and rejecting versions while one serves.

use digit::Bitmap;
use model::{LoadError, Network, Registry, watch};
use network::{InvalidCheckpoint, ModelCard, ModelVersion};
use std::{
    fs,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// A models folder with copies of the champion under several names.
struct Models(TempDir);

impl Models {
    fn new(names: &[&str]) -> Self {
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

    fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    /// Truncates the weights of a version.
    fn damage(&self, name: &str) {
        let weights = self.0.path().join(name).join("weights.safetensors");
        let bytes = fs::read(&weights).unwrap();
        fs::write(weights, &bytes[..bytes.len() / 2]).unwrap();
    }

    fn open(&self, serving: &str) -> Registry {
        Registry::open(self.path(), &version(serving), NonZeroUsize::MIN).unwrap()
    }
}

fn version(name: &str) -> ModelVersion {
    name.parse().unwrap()
}

fn serving(registry: &Registry) -> String {
    registry.serving().card().version.to_string()
}

fn loaded(registry: &Registry) -> Vec<String> {
    registry.all().iter().map(|served| served.card().version.to_string()).collect()
}

/// Returns the lines of `/metrics` about versions.
fn shown(registry: &Arc<Registry>) -> Vec<String> {
    let (mut metrics, mut text) = (prometheus_client::registry::Registry::default(), String::new());
    metrics.register_collector(Box::new(registry.clone()));
    prometheus_client::encoding::text::encode(&mut text, &metrics).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn the_metrics_follow_a_switch() {
    let models = Models::new(&["old", "new"]);
    let registry = Arc::new(models.open("old"));
    assert_eq!(shown(&registry), [r#"model_info{version="old",state="serving"} 1"#]);
    registry.serve(&version("new")).unwrap();
    let both = [r#"model_info{version="new",state="serving"} 1"#, r#"model_info{version="old",state="loaded"} 1"#];
    assert_eq!(shown(&registry), both);
    registry.unload(&version("old"));
    assert_eq!(shown(&registry), both[..1]);
}

#[test]
fn a_request_keeps_its_version_during_a_switch() {
    let models = Models::new(&["old", "new"]);
    let registry = models.open("old");
    let held = registry.serving();
    registry.serve(&version("new")).unwrap();
    assert_eq!(serving(&registry), "new");
    assert_eq!(held.card().version, version("old"));
    assert_eq!(held.classify(0, &[Bitmap::new([0; Bitmap::LEN])]).unwrap().len(), 1);
}

#[test]
fn the_previous_version_stays_loaded_and_can_serve_again() {
    let models = Models::new(&["old", "new"]);
    let registry = models.open("old");
    registry.serve(&version("new")).unwrap();
    assert_eq!(loaded(&registry), ["new", "old"]);
    fs::remove_dir_all(models.path().join("old")).unwrap();
    registry.serve(&version("old")).unwrap();
    assert_eq!(loaded(&registry), ["old", "new"]);
}

#[test]
fn a_damaged_version_is_rejected_and_the_previous_one_continues_to_serve() {
    let models = Models::new(&["good", "bad"]);
    let registry = models.open("good");
    models.damage("bad");
    for refused in [registry.serve(&version("bad")), registry.load(&version("bad"))] {
        let Err(LoadError::Checkpoint(error)) = refused else { panic!("{refused:?}") };
        assert!(matches!(error.reason, InvalidCheckpoint::Hash { .. }), "{error}");
    }
    assert!(registry.load(&version("absent")).is_err());
    assert_eq!(loaded(&registry), ["good"]);
}

#[test]
fn versions_are_loaded_and_unloaded_beside_the_one_that_serves() {
    let models = Models::new(&["a", "b"]);
    let registry = models.open("a");
    assert!(registry.find(&version("b")).is_none());
    registry.load(&version("b")).unwrap();
    registry.load(&version("b")).unwrap();
    assert_eq!(loaded(&registry), ["a", "b"]);
    assert!(registry.find(&version("b")).is_some());
    assert!(registry.unload(&version("b")));
    assert!(!registry.unload(&version("b")));
    assert!(!registry.unload(&version("a")), "the version that serves stays loaded");
    assert_eq!(loaded(&registry), ["a"]);
}

#[test]
fn the_number_of_loaded_versions_is_limited() {
    let names = ["a", "b", "c", "d", "e"];
    let models = Models::new(&names);
    let registry = models.open("a");
    for name in &names[1..4] {
        registry.load(&version(name)).unwrap();
    }
    assert!(matches!(registry.load(&version("e")), Err(LoadError::Full(4))));
    registry.serve(&version("e")).unwrap();
    assert_eq!(loaded(&registry), ["e", "a", "b", "c"]);
}

#[test]
fn the_registry_follows_each_change_of_the_file_champion() {
    let models = Models::new(&["old", "new", "bad"]);
    models.damage("bad");
    network::promote(&models.path(), &version("old")).unwrap();
    let registry = Arc::new(models.open("old"));
    watch(&registry).unwrap();
    for (champion, expected) in [("new", "new"), ("bad", "new"), ("old", "old")] {
        network::promote(&models.path(), &version(champion)).unwrap();
        let followed = (0..200).any(|_| {
            thread::sleep(Duration::from_millis(50));
            serving(&registry) == expected
        });
        assert!(followed, "{champion} was promoted, {} serves", serving(&registry));
    }
}

//! Tests of the registry with real models on disk: loading, switching and rejecting versions while one serves.

use crate::models::{Models, eventually, loaded, serving, version};
use digit::Bitmap;
use model::{LoadError, Network, Registry, watch};
use network::InvalidCheckpoint;
use std::{fs, sync::Arc};

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
    let line = |version, state| format!("model_info{{version=\"{version}\",state=\"{state}\"}} 1");
    assert_eq!(shown(&registry), [line("old", "serving"), line("old", "wanted")]);
    registry.serve(&version("new")).unwrap();
    assert_eq!(shown(&registry), [line("new", "serving"), line("old", "loaded"), line("new", "wanted")]);
    registry.unload(&version("old"));
    assert_eq!(shown(&registry), [line("new", "serving"), line("new", "wanted")]);
    assert!(registry.serve(&version("absent")).is_err());
    assert_eq!(shown(&registry), [line("new", "serving"), line("absent", "wanted")]);
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
    registry.load(&version("b")).unwrap();
    assert_eq!(loaded(&registry), ["a", "d", "c", "b"]);
    // A version that is to serve takes the place of the oldest one.
    registry.serve(&version("e")).unwrap();
    assert_eq!(loaded(&registry), ["e", "a", "d", "c"]);
}

#[test]
fn the_registry_follows_each_change_of_the_file_champion() {
    let models = Models::new(&["old", "new", "bad"]);
    models.damage("bad");
    models.promote("old");
    let registry = Arc::new(models.open("old"));
    watch(&registry).unwrap();
    for (champion, expected) in [("new", "new"), ("bad", "new"), ("old", "old")] {
        models.promote(champion);
        let has_followed = || serving(&registry) == expected && registry.wanted() == version(champion);
        assert!(eventually(has_followed), "{champion} was promoted, {} serves", serving(&registry));
    }
}

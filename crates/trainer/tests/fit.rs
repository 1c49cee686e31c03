//! `trainer fit` end to end on a few images.
//!
//! Runs where `DIGITS_MNIST` names a folder with the four files of MNIST.

use network::{ModelVersion, load};
use std::{env, path::PathBuf};
use trainer::fit::{FitOptions, run};

#[test]
fn a_short_training_learns_and_writes_a_model_that_loads() {
    let Some(data) = env::var_os("DIGITS_MNIST") else {
        eprintln!("left out: DIGITS_MNIST does not name a folder with MNIST");
        return;
    };
    let models = tempfile::tempdir().unwrap();
    let version: ModelVersion = "short".parse().unwrap();
    let options = FitOptions {
        data: Some(PathBuf::from(data)),
        models: models.path().to_owned(),
        version: Some(version.clone()),
        promote: true,
        epochs: 2,
        batch_size: 64,
        learning_rate: 3e-3,
        seed: 1,
        holdout: 1000,
        limit: Some(1500),
        threads: 2,
    };
    run(&options).unwrap();

    let card = load(models.path(), &version).unwrap().card().clone();
    assert!(card.metrics.test.accuracy > 0.7, "guessing gives 0.1: {:?}", card.metrics);
    assert_eq!((card.seed, card.data.len(), card.hyperparameters.images), (1, 4, 1500));
    assert_eq!(ModelVersion::champion(models.path()).unwrap(), version);

    let again = run(&options).unwrap_err().to_string();
    assert!(again.contains("exists already"), "a model never changes once it has a name: {again}");
}

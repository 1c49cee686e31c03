//! Checkpoints on disk: the champion loads, and an invalid checkpoint is rejected with an error that names the fault.

use digit::Bitmap;
use network::{CheckpointError, InvalidCheckpoint, ModelCard, ModelVersion, load, sha256};
use safetensors::{SafeTensors, tensor::TensorView};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models")
}

fn champion() -> ModelVersion {
    network::champion(&models()).unwrap()
}

/// A copy of the champion that a test can damage.
struct Copy {
    models: TempDir,
    version: ModelVersion,
}

impl Copy {
    fn new() -> Self {
        let (models_copy, version) = (tempfile::tempdir().unwrap(), champion());
        fs::create_dir(models_copy.path().join(version.as_str())).unwrap();
        for file in ["card.json", "weights.safetensors"] {
            let folder = Path::new(version.as_str()).join(file);
            fs::copy(models().join(&folder), models_copy.path().join(&folder)).unwrap();
        }
        Self { models: models_copy, version }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.models.path().join(self.version.as_str()).join(file)
    }

    fn change_card(&self, change: impl FnOnce(&mut ModelCard)) {
        let mut card = serde_json::from_slice(&fs::read(self.path("card.json")).unwrap()).unwrap();
        change(&mut card);
        fs::write(self.path("card.json"), serde_json::to_vec(&card).unwrap()).unwrap();
    }

    /// Writes other tensors, and a card with their hash.
    fn change_weights(&self, change: impl FnOnce(&mut Vec<(String, TensorView<'_>)>)) {
        let bytes = fs::read(self.path("weights.safetensors")).unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let mut tensors: Vec<_> = tensors.tensors();
        tensors.sort_by(|a, b| a.0.cmp(&b.0));
        change(&mut tensors);
        let bytes = safetensors::serialize(tensors, None).unwrap();
        self.change_card(|card| card.weights_sha256 = sha256(&bytes));
        fs::write(self.path("weights.safetensors"), bytes).unwrap();
    }

    fn fault(&self) -> InvalidCheckpoint {
        let error: CheckpointError = load(self.models.path(), &self.version).map(drop).unwrap_err();
        assert!(error.to_string().starts_with(&*self.models.path().to_string_lossy()), "no path: {error}");
        error.reason
    }
}

#[test]
fn the_champion_loads_and_its_probabilities_sum_to_one() {
    let classifier = load(&models(), &champion()).unwrap();
    let worst = classifier.card().holdouts.iter().map(|set| set.errors * 100 / set.samples).max();
    assert_eq!(worst, Some(0), "fewer than one in a hundred is misclassified");
    let ramp = Bitmap::new(std::array::from_fn(|i| u8::try_from(i % 256).unwrap()));
    let rows = classifier.classify(&[Bitmap::new([0; Bitmap::LEN]), ramp]).unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert!((row.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{row:?}");
    }
    assert!(classifier.classify(&[]).unwrap().is_empty());
}

#[test]
fn an_unchanged_copy_of_the_champion_loads() {
    let copy = Copy::new();
    assert!(load(copy.models.path(), &copy.version).is_ok());
}

#[test]
fn a_missing_file_is_rejected() {
    for file in ["card.json", "weights.safetensors"] {
        let copy = Copy::new();
        fs::remove_file(copy.path(file)).unwrap();
        assert!(matches!(copy.fault(), InvalidCheckpoint::Io(_)), "{file}");
    }
}

#[test]
fn an_invalid_card_or_a_card_of_another_version_is_rejected() {
    let copy = Copy::new();
    fs::write(copy.path("card.json"), "{}").unwrap();
    assert!(matches!(copy.fault(), InvalidCheckpoint::Card(_)));

    let copy = Copy::new();
    copy.change_card(|card| card.version = "another".parse().unwrap());
    assert!(matches!(copy.fault(), InvalidCheckpoint::Version(_)));

    let copy = Copy::new();
    copy.change_card(|card| card.calibration.temperature = 0.0);
    assert!(matches!(copy.fault(), InvalidCheckpoint::Calibration));

    let copy = Copy::new();
    let card = fs::read_to_string(copy.path("card.json")).unwrap();
    fs::write(copy.path("card.json"), card.replace("cnn6-large", "transformer")).unwrap();
    let fault = copy.fault();
    assert!(matches!(fault, InvalidCheckpoint::Card(_)) && fault.to_string().contains("expected"), "{fault}");

    let copy = Copy::new();
    copy.change_card(|card| "plain-resize".clone_into(&mut card.preprocessing));
    assert!(matches!(copy.fault(), InvalidCheckpoint::Preprocessing(_)));
}

#[test]
fn a_network_that_computes_other_logits_than_after_training_is_rejected() {
    let copy = Copy::new();
    copy.change_card(|card| card.golden[7][3] += 0.1);
    assert!(matches!(copy.fault(), InvalidCheckpoint::Golden { off } if (off - 0.1).abs() < 0.01));

    let copy = Copy::new();
    copy.change_card(|card| card.golden.clear());
    assert!(matches!(copy.fault(), InvalidCheckpoint::Golden { .. }));
}

#[test]
fn weights_that_are_not_those_of_the_card_are_rejected() {
    let copy = Copy::new();
    let mut bytes = fs::read(copy.path("weights.safetensors")).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(copy.path("weights.safetensors"), &bytes).unwrap();
    assert!(matches!(copy.fault(), InvalidCheckpoint::Hash { .. }));

    bytes.truncate(1000);
    copy.change_card(|card| card.weights_sha256 = sha256(&bytes));
    fs::write(copy.path("weights.safetensors"), &bytes).unwrap();
    assert!(matches!(copy.fault(), InvalidCheckpoint::Format(_)));
}

#[test]
fn tensors_of_other_layers_are_rejected() {
    let copy = Copy::new();
    copy.change_weights(|tensors| drop(tensors.pop()));
    assert!(matches!(copy.fault(), InvalidCheckpoint::Missing(_)));

    let copy = Copy::new();
    copy.change_weights(|tensors| tensors[0].0.push_str(".extra"));
    assert!(matches!(copy.fault(), InvalidCheckpoint::Unknown(_)));

    let copy = Copy::new();
    copy.change_weights(|tensors| {
        // A single value that could be broadcast to the whole tensor.
        tensors[0].1 = TensorView::new(safetensors::Dtype::F32, vec![1], &[0; 4]).unwrap();
    });
    assert!(matches!(copy.fault(), InvalidCheckpoint::Shape { .. }));

    let copy = Copy::new();
    copy.change_weights(|tensors| {
        let shape = tensors[0].1.shape().to_vec();
        let half = vec![0; shape.iter().product::<usize>() * 2].leak();
        tensors[0].1 = TensorView::new(safetensors::Dtype::F16, shape, half).unwrap();
    });
    assert!(matches!(copy.fault(), InvalidCheckpoint::Shape { .. }));

    let copy = Copy::new();
    copy.change_weights(|tensors| {
        let shape = tensors[0].1.shape().to_vec();
        let infinite = f32::INFINITY.to_le_bytes().repeat(shape.iter().product()).leak();
        tensors[0].1 = TensorView::new(safetensors::Dtype::F32, shape, infinite).unwrap();
    });
    assert!(matches!(copy.fault(), InvalidCheckpoint::NotFinite(_)));
}

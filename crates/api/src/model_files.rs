//! The files of a model, as the trainer writes them: card, weights and evaluation.

use anyhow::{Context, ensure};
use digit::ModelVersion;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{fs, path::Path};

/// The files of a model. The api does not interpret them; a model service checks them before it serves the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFiles {
    /// The version.
    pub version: ModelVersion,
    /// The content of `card.json`.
    pub card: String,
    /// The content of `weights.safetensors`.
    pub weights: Vec<u8>,
    /// The content of `evaluation.json`, if the model was evaluated.
    pub evaluation: Option<String>,
    /// The hashes of the files of training and test data, as the card names them.
    pub data: Vec<String>,
}

/// The fields of a card that the api needs.
#[derive(Debug, Deserialize)]
struct Card {
    version: ModelVersion,
    weights_sha256: String,
    data: Vec<DataFile>,
}

#[derive(Debug, Deserialize)]
struct DataFile {
    sha256: String,
}

/// The lowest and the highest share over the sets of an evaluation that hold digits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct EvaluatedRanges {
    /// The shares of correct answers.
    pub(crate) accuracy: (f64, f64),
    /// The shares of rejected digits.
    pub(crate) rejected: (f64, f64),
}

/// The fields of an evaluation that the api needs.
#[derive(Debug, Deserialize)]
struct Evaluation {
    scores: Vec<Score>,
}

/// The scores on a set. A set of negatives has no accuracy.
#[derive(Debug, Deserialize)]
struct Score {
    accuracy: Option<Rate>,
    rejection_rate: Rate,
}

#[derive(Debug, Deserialize)]
struct Rate {
    share: f64,
}

impl EvaluatedRanges {
    /// The ranges in the content of `evaluation.json`; `None` if it has no set of digits.
    pub(crate) fn of(evaluation: &str) -> Option<Self> {
        let Evaluation { scores } = serde_json::from_str(evaluation).ok()?;
        let digits =
            || scores.iter().filter_map(|score| Some((score.accuracy.as_ref()?.share, score.rejection_rate.share)));
        Some(Self { accuracy: range(digits().map(|set| set.0))?, rejected: range(digits().map(|set| set.1))? })
    }
}

/// The lowest and the highest of these values; `None` if there are none.
fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.map(|value| (value, value)).reduce(|(low, high), (value, _)| (low.min(value), high.max(value)))
}

impl ModelFiles {
    /// Reads the files of the champion of a models folder; `None` if the folder names no champion.
    ///
    /// # Errors
    /// When a file cannot be read, or when the files do not belong together.
    pub fn of_champion(models: &Path) -> anyhow::Result<Option<Self>> {
        let file = models.join("champion");
        if !file.exists() {
            return Ok(None);
        }
        let champion = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let version: ModelVersion = champion.trim().parse().with_context(|| file.display().to_string())?;
        Self::read(&models.join(&*version)).map(Some)
    }

    /// Reads the files of a model from its folder.
    ///
    /// # Errors
    /// When a file cannot be read, or when the files do not belong together.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let path = |name: &str| folder.join(name);
        let text = |name: &str| fs::read_to_string(path(name)).with_context(|| path(name).display().to_string());
        let card = text("card.json")?;
        let weights =
            fs::read(path("weights.safetensors")).with_context(|| path("weights.safetensors").display().to_string())?;
        let evaluation = path("evaluation.json").exists().then(|| text("evaluation.json")).transpose()?;
        Self::new(card, weights, evaluation).with_context(|| folder.display().to_string())
    }

    /// The files of a model, if the weights have the hash that the card states.
    ///
    /// # Errors
    /// When the card is not a card, or when the weights belong to another one.
    pub fn new(card: String, weights: Vec<u8>, evaluation: Option<String>) -> anyhow::Result<Self> {
        let Card { version, weights_sha256, data } =
            serde_json::from_str(&card).context("the card is not a model card")?;
        let hash = sha256(&weights);
        ensure!(hash == weights_sha256, "the weights have the hash {hash}, but the card states {weights_sha256}");
        let data = data.into_iter().map(|file| file.sha256).collect();
        Ok(Self { version, card, weights, evaluation, data })
    }
}

/// The SHA-256 of these bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn models() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models")
    }

    #[test]
    fn the_champion_of_the_repository_is_read() {
        let champion = ModelFiles::of_champion(&models()).unwrap().unwrap();
        assert_eq!(fs::read_to_string(models().join("champion")).unwrap().trim(), &*champion.version);
        assert!(champion.evaluation.is_some());
    }

    #[test]
    fn weights_of_another_card_are_rejected() {
        let champion = ModelFiles::of_champion(&models()).unwrap().unwrap();
        let error = ModelFiles::new(champion.card, b"other".to_vec(), None).unwrap_err();
        assert!(error.to_string().starts_with("the weights have the hash "), "{error}");
    }

    #[test]
    fn the_ranges_of_an_evaluation_leave_out_negatives() {
        let evaluation = r#"{"model": "a", "scores": [
            {"set": "digits", "accuracy": {"share": 0.99}, "rejection_rate": {"share": 0.002}},
            {"set": "other digits", "accuracy": {"share": 0.98}, "rejection_rate": {"share": 0.001}},
            {"set": "scribbles", "accuracy": null, "rejection_rate": {"share": 0.97}}]}"#;
        let expected = EvaluatedRanges { accuracy: (0.98, 0.99), rejected: (0.001, 0.002) };
        assert_eq!(EvaluatedRanges::of(evaluation), Some(expected));
        assert_eq!(EvaluatedRanges::of(r#"{"scores": []}"#), None);
        let champion = ModelFiles::of_champion(&models()).unwrap().unwrap();
        assert!(EvaluatedRanges::of(&champion.evaluation.unwrap()).is_some());
    }

    #[test]
    fn a_folder_without_champion_has_none() {
        assert_eq!(ModelFiles::of_champion(Path::new("/nonexistent")).unwrap(), None);
    }
}

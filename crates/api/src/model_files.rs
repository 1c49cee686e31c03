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
}

/// The fields of a card that the api needs.
#[derive(Debug, Deserialize)]
struct Card {
    version: ModelVersion,
    weights_sha256: String,
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
        let Card { version, weights_sha256 } = serde_json::from_str(&card).context("the card is not a model card")?;
        let hash = Sha256::digest(&weights).iter().fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
        ensure!(hash == weights_sha256, "the weights have the hash {hash}, but the card states {weights_sha256}");
        Ok(Self { version, card, weights, evaluation })
    }
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
    fn a_folder_without_champion_has_none() {
        assert_eq!(ModelFiles::of_champion(Path::new("/nonexistent")).unwrap(), None);
    }
}

//! The files of a version, which belong together.

use network::{CheckpointError, InvalidCheckpoint, ModelCard, ModelVersion, sha256};
use std::{fs, io, path::Path};

pub(super) const CARD: &str = "card.json";
pub(super) const WEIGHTS: &str = "weights.safetensors";

/// A version's card, and the weights whose hash is on the card.
#[derive(Debug)]
pub(super) struct ModelFiles {
    version: ModelVersion,
    card: Vec<u8>,
    weights: Vec<u8>,
}

impl ModelFiles {
    /// Checks that the card is that of the version and describes the weights.
    pub(super) fn new(version: ModelVersion, card: Vec<u8>, weights: Vec<u8>) -> Result<Self, InvalidCheckpoint> {
        let described: ModelCard = serde_json::from_slice(&card)?;
        if described.version != version {
            return Err(InvalidCheckpoint::Version(described.version));
        }
        let found = sha256(&weights);
        if found != described.weights_sha256 {
            return Err(InvalidCheckpoint::Hash { expected: described.weights_sha256, found });
        }
        Ok(Self { version, card, weights })
    }

    /// Reads `<models>/<version>`.
    pub(super) fn read(models: &Path, version: &ModelVersion) -> Result<Self, CheckpointError> {
        let folder = models.join(version.as_str());
        let read = || Self::new(version.clone(), fs::read(folder.join(CARD))?, fs::read(folder.join(WEIGHTS))?);
        read().map_err(|reason| CheckpointError { path: folder, reason })
    }

    /// Writes the files into this folder.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        fs::write(folder.join(CARD), &self.card)?;
        fs::write(folder.join(WEIGHTS), &self.weights)
    }

    pub(super) fn version(&self) -> &ModelVersion {
        &self.version
    }
}

//! A loaded version of the model: verified, warmed up, and with one replica per worker.

use crate::{
    batch::BUCKETS,
    engine::{Network, Statistics},
};
use digit::Bitmap;
use network::{CheckpointError, Classification, Classifier, ModelCard, ModelVersion};
use std::{
    num::NonZeroUsize,
    path::Path,
    sync::{Mutex, PoisonError},
};
use tch::TchError;

/// A loaded version.
#[derive(Debug)]
pub struct Served {
    card: ModelCard,
    /// The classifier that replicas are made from; no worker uses it.
    original: Mutex<Classifier>,
    replicas: Box<[Mutex<Classifier>]>,
    statistics: Statistics,
}

/// The reason why a version was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file is missing, damaged or made for another version of this program.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// LibTorch failed.
    #[error("LibTorch: {0}")]
    Torch(#[from] TchError),
    /// The limit of loaded versions is reached.
    #[error("{0} versions are loaded already; unload one first")]
    Full(usize),
}

impl Served {
    /// Reads and verifies a version, and runs it with every batch size, so that no request pays for oneDNN's
    /// compilation.
    pub(super) fn load(models: &Path, version: &ModelVersion, workers: NonZeroUsize) -> Result<Self, LoadError> {
        let original = network::load(models, version)?;
        for size in BUCKETS {
            original.classify(&vec![Bitmap::new([0; Bitmap::LEN]); size])?;
        }
        let replicas = (0..workers.get()).map(|_| Mutex::new(original.replica())).collect();
        let (card, statistics) = (original.card().clone(), Statistics::default());
        Ok(Self { card, original: Mutex::new(original), replicas, statistics })
    }

    /// Returns the version's model card.
    #[must_use]
    pub const fn card(&self) -> &ModelCard {
        &self.card
    }
}

impl Network for Served {
    fn classify(&self, worker: usize, bitmaps: &[Bitmap]) -> Result<Vec<Classification>, TchError> {
        // A replica whose lock is poisoned by a panic is replaced before its next use.
        self.replicas[worker].lock().unwrap_or_else(PoisonError::into_inner).classify(bitmaps)
    }

    fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    fn restart(&self, worker: usize) {
        let fresh = self.original.lock().unwrap_or_else(PoisonError::into_inner).replica();
        *self.replicas[worker].lock().unwrap_or_else(PoisonError::into_inner) = fresh;
    }
}

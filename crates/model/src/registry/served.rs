//! A version that is loaded and ready: checked, warm, and with a replica for each worker.

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
    /// Replicas are made of this one; no worker uses it.
    original: Mutex<Classifier>,
    replicas: Box<[Mutex<Classifier>]>,
    statistics: Statistics,
}

/// Why a version was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Its files are missing, damaged or made for another program.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// LibTorch failed.
    #[error("LibTorch: {0}")]
    Torch(#[from] TchError),
    /// As many versions are loaded as there may be.
    #[error("{0} versions are loaded already; unload one first")]
    Full(usize),
}

impl Served {
    /// Reads a version, checks it, and runs it with every size of batch, so that no client waits for that.
    pub(super) fn load(models: &Path, version: &ModelVersion, workers: NonZeroUsize) -> Result<Self, LoadError> {
        let original = network::load(models, version)?;
        for size in BUCKETS {
            original.classify(&vec![Bitmap::new([0; Bitmap::LEN]); size])?;
        }
        let replicas = (0..workers.get()).map(|_| Mutex::new(original.replica())).collect();
        let (card, statistics) = (original.card().clone(), Statistics::default());
        Ok(Self { card, original: Mutex::new(original), replicas, statistics })
    }

    /// What it is and where it came from.
    #[must_use]
    pub const fn card(&self) -> &ModelCard {
        &self.card
    }
}

impl Network for Served {
    fn classify(&self, worker: usize, bitmaps: &[Bitmap]) -> Result<Vec<Classification>, TchError> {
        // A replica in which something panicked is replaced before it is used again.
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

//! What a worker runs.

use super::statistics::Statistics;
use digit::Bitmap;
use network::Classification;
use tch::TchError;

/// A network with a replica for each worker: LibTorch's tensors belong to one thread at a time.
pub trait Network: Send + Sync + 'static {
    /// What each bitmap is taken for, by a worker's replica.
    ///
    /// # Errors
    /// When LibTorch fails.
    fn classify(&self, worker: usize, bitmaps: &[Bitmap]) -> Result<Vec<Classification>, TchError>;

    /// Gives a worker a fresh replica of the same weights, after a panic in the old one.
    fn restart(&self, worker: usize);

    /// What it has done so far.
    fn statistics(&self) -> &Statistics;
}

//! The network as the workers use it.

use super::statistics::Statistics;
use digit::Bitmap;
use network::Classification;
use tch::TchError;

/// A network with one replica per worker, since only one thread at a time may use a LibTorch tensor.
pub trait Network: Send + Sync + 'static {
    /// Classifies each bitmap with the worker's replica.
    ///
    /// # Errors
    /// When LibTorch fails.
    fn classify(&self, worker: usize, bitmaps: &[Bitmap]) -> Result<Vec<Classification>, TchError>;

    /// Gives a worker a fresh replica of the same weights, after the old one panicked.
    fn restart(&self, worker: usize);

    /// Returns the statistics since the network was loaded.
    fn statistics(&self) -> &Statistics;
}

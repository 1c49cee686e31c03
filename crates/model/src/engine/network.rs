//! The network as the engine uses it.

use super::statistics::Statistics;
use digit::Bitmap;
use network::Classification;
use tch::TchError;

/// A network with several replicas, since only one thread at a time may use a LibTorch tensor.
pub trait Network: Send + Sync + 'static {
    /// Classifies each bitmap with a replica.
    ///
    /// # Errors
    /// When LibTorch fails.
    fn classify(&self, replica: usize, bitmaps: &[Bitmap]) -> Result<Vec<Classification>, TchError>;

    /// Makes a replica anew from the same weights, after it panicked.
    fn restart(&self, replica: usize);

    /// Returns the statistics since the network was loaded.
    fn statistics(&self) -> &Statistics;
}

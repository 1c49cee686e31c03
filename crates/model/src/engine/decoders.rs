//! Permits that bound the number and the total size of the images that are decoded concurrently.

use digit::preprocessing;

use std::{num::NonZeroUsize, sync::Arc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wire::{Content, Input};

/// The total size of the images that are decoded concurrently, in megapixels. It admits one image of the largest size,
/// which takes a few hundred megabytes of memory, beside some small ones.
const MEGAPIXELS: u32 = 32;

/// Permits for images of at least one megapixel. Strokes, pixels and smaller images need no permit, because they take
/// little time.
#[derive(Debug)]
pub(super) struct Decoders {
    megapixels: Arc<Semaphore>,
    /// One permit for each blocking thread that may decode. The runtime has more threads, which never decode large images.
    threads: Arc<Semaphore>,
}

/// The permits of one image.
#[derive(Debug)]
pub(super) struct DecoderPermit {
    _megapixels: OwnedSemaphorePermit,
    _thread: OwnedSemaphorePermit,
}

impl Decoders {
    pub(super) fn new(threads: NonZeroUsize) -> Self {
        Self {
            megapixels: Arc::new(Semaphore::new(MEGAPIXELS as usize)),
            threads: Arc::new(Semaphore::new(threads.get())),
        }
    }

    /// Takes permits for `megapixels`, or returns `None` if they are not free.
    pub(super) fn try_acquire(&self, megapixels: u32) -> Option<DecoderPermit> {
        let megapixels = self.megapixels.clone().try_acquire_many_owned(megapixels).ok()?;
        let thread = self.threads.clone().try_acquire_owned().ok()?;
        Some(DecoderPermit { _megapixels: megapixels, _thread: thread })
    }

    /// Takes permits for `megapixels` as soon as they are free, in order of arrival.
    pub(super) async fn acquire(&self, megapixels: u32) -> Option<DecoderPermit> {
        let megapixels = self.megapixels.clone().acquire_many_owned(megapixels).await.ok()?;
        let thread = self.threads.clone().acquire_owned().await.ok()?;
        Some(DecoderPermit { _megapixels: megapixels, _thread: thread })
    }

    /// Takes the permits for all megapixels.
    #[cfg(test)]
    pub(super) fn acquire_all(&self) -> DecoderPermit {
        self.try_acquire(MEGAPIXELS).expect("no picture is decoded")
    }
}

/// Returns the number of megapixels that an image needs permits for. It is `None` for other inputs and for images of
/// less than one megapixel. The function reads the image's header, which may take milliseconds.
pub(super) fn megapixels(input: &Input) -> Option<u32> {
    match input.content() {
        Content::Image(_) => {
            let pixels = preprocessing::pixel_count(input.bytes()).unwrap_or(0);
            let whole = u32::try_from(pixels / 1_000_000).unwrap_or(MEGAPIXELS);
            (whole > 0).then(|| whole.saturating_add(1).min(MEGAPIXELS))
        }
        Content::Strokes(_) | Content::Pixels(_) => None,
    }
}

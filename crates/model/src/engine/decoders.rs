//! How many pictures are decoded at a time, and how large they may be together.

use digit::preprocessing;

use std::{num::NonZeroUsize, sync::Arc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wire::{Content, Input};

/// Megapixels that are decoded at a time: one image of the largest, which takes a few hundred megabytes of memory, and
/// some small ones beside it.
const MEGAPIXELS: u32 = 32;

/// Permits for pictures of at least a megapixel. Strokes, pixels and smaller pictures need none: they are quick.
#[derive(Debug)]
pub(super) struct Decoders {
    megapixels: Arc<Semaphore>,
    /// A permit for each blocking thread that may decode; there is one thread more, which pictures never take.
    threads: Arc<Semaphore>,
}

/// The permits of one picture.
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

    /// The permits for so many megapixels, if they are free.
    pub(super) fn try_acquire(&self, megapixels: u32) -> Option<DecoderPermit> {
        let megapixels = self.megapixels.clone().try_acquire_many_owned(megapixels).ok()?;
        let thread = self.threads.clone().try_acquire_owned().ok()?;
        Some(DecoderPermit { _megapixels: megapixels, _thread: thread })
    }

    /// The permits for so many megapixels, as soon as they are free; first come, first served.
    pub(super) async fn acquire(&self, megapixels: u32) -> Option<DecoderPermit> {
        let megapixels = self.megapixels.clone().acquire_many_owned(megapixels).await.ok()?;
        let thread = self.threads.clone().acquire_owned().await.ok()?;
        Some(DecoderPermit { _megapixels: megapixels, _thread: thread })
    }

    /// The permits for all pictures together.
    #[cfg(test)]
    pub(super) fn acquire_all(&self) -> DecoderPermit {
        self.try_acquire(MEGAPIXELS).expect("no picture is decoded")
    }
}

/// How many megapixels a picture takes of those that are decoded at a time; none if the input is no picture, or one of less
/// than a megapixel. It reads the picture's header, which may take milliseconds.
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

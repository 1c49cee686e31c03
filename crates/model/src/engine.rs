//! The engine: one thread that owns the network, and a bounded queue to it.
//!
//! LibTorch's tensors belong to one thread at a time, and its OpenMP pool to the thread that calls it; so the
//! network stays where it was made, and bitmaps and probabilities travel.

use digit::{
    Bitmap,
    ink::{Ink, InkError},
    wire::{Answer, Content, Input, Reason, Verdict},
};
use network::{Classification, Classifier, ModelCard};
use std::{num::NonZeroUsize, sync::Arc, thread};
use tch::TchError;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task,
};

/// A handle to the network's thread.
#[derive(Debug, Clone)]
pub struct Engine {
    card: Arc<ModelCard>,
    jobs: mpsc::Sender<Job>,
    /// One permit for each request in work or waiting.
    places: Arc<Semaphore>,
    /// One image is decoded at a time: one of 25 megapixels takes a few hundred megabytes.
    decoder: Arc<Semaphore>,
}

/// A bitmap, and where to send what it is.
#[derive(Debug)]
struct Job {
    bitmap: Bitmap,
    reply: oneshot::Sender<Result<Classification, TchError>>,
}

/// Why the engine gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The input gives no bitmap.
    #[error(transparent)]
    Ink(#[from] InkError),
    /// All places are taken.
    #[error("the queue is full")]
    Busy,
    /// The network's thread is gone.
    #[error("the network's thread ended")]
    Ended,
    /// LibTorch failed.
    #[error("LibTorch: {0}")]
    Torch(#[from] TchError),
    /// The image decoder panicked.
    #[error("the image decoder panicked")]
    Decoder,
}

impl Engine {
    /// Starts the thread and warms the network up. `queue` is how many requests may be in work or wait.
    ///
    /// # Errors
    /// When the network fails on its first bitmap.
    pub fn start(classifier: Classifier, queue: NonZeroUsize) -> anyhow::Result<Self> {
        let card = Arc::new(classifier.card().clone());
        let (jobs, queued) = mpsc::channel(queue.get());
        let (warm, warmed) = std::sync::mpsc::channel();
        thread::Builder::new().name("network".to_owned()).spawn(move || {
            let ready = warm_up(&classifier);
            let failed = ready.is_err();
            if warm.send(ready).is_ok() && !failed {
                work(&classifier, queued);
            }
        })?;
        warmed.recv()??;
        Ok(Self { card, jobs, places: Arc::new(Semaphore::new(queue.get())), decoder: Arc::new(Semaphore::new(1)) })
    }

    /// The model that serves.
    #[must_use]
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    /// Whether the network's thread runs.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.jobs.is_closed()
    }

    /// Waits until the network's thread has ended, which it never does by itself.
    pub async fn ended(&self) {
        self.jobs.closed().await;
    }

    /// What the input is taken for; the answer holds the bitmap that the network saw.
    ///
    /// # Errors
    /// When the input gives no bitmap, all places are taken or the network is gone.
    pub async fn answer(&self, input: Input) -> Result<Answer, EngineError> {
        let _place = self.places.try_acquire().map_err(|_| EngineError::Busy)?;
        let Ink { bitmap, is_scant } = self.decode(input).await?;
        let Classification { probabilities, stranger, .. } = self.classify(bitmap.clone()).await?;
        let (prediction, confidence) = digit::Digit::most_probable(&probabilities);
        let reason = if is_scant { Some(Reason::TooLittleInk) } else { stranger };
        Ok(Answer {
            prediction,
            confidence,
            probabilities,
            verdict: if reason.is_some() { Verdict::NotADigit } else { Verdict::Digit },
            reason,
            model: self.card.version.to_string(),
            bitmap: Some(bitmap),
        })
    }

    async fn decode(&self, input: Input) -> Result<Ink, EngineError> {
        let permit = match input.content() {
            Content::Pixels(_) => return Ok(input.ink()?), // nothing to do
            Content::Strokes(_) => None,
            Content::Image(_) => Some(self.decoder.clone().acquire_owned().await.map_err(|_| EngineError::Ended)?),
        };
        // The permit goes along: a request that is dropped meanwhile still decodes to the end.
        let decode = move |_permit: Option<OwnedSemaphorePermit>| input.ink();
        let decoded = task::spawn_blocking(move || decode(permit)).await;
        Ok(decoded.map_err(|_| EngineError::Decoder)??)
    }

    async fn classify(&self, bitmap: Bitmap) -> Result<Classification, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job { bitmap, reply }).await.map_err(|_| EngineError::Ended)?;
        Ok(answer.await.map_err(|_| EngineError::Ended)??)
    }
}

/// The first passes allocate and choose kernels; no client should wait for that.
fn warm_up(classifier: &Classifier) -> Result<(), TchError> {
    // More threads than one only get in each other's way: the network is small.
    tch::set_num_threads(1);
    for _ in 0..3 {
        classifier.classify(&[Bitmap::new([0; Bitmap::LEN])])?;
    }
    Ok(())
}

/// Classifies until every handle to the engine is gone.
fn work(classifier: &Classifier, mut queued: mpsc::Receiver<Job>) {
    while let Some(Job { bitmap, reply }) = queued.blocking_recv() {
        if reply.is_closed() {
            continue; // its client has gone
        }
        let answer = classifier.classify(&[bitmap]).map(|mut answers| answers.swap_remove(0));
        let _ = reply.send(answer);
    }
}

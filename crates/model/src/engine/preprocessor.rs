//! Preprocesses inputs and queues their bitmaps, on blocking threads.

use super::{
    decoders::{self, DecoderPermit, Decoders},
    error::EngineError,
    metrics::{Metrics, Outcome},
    network::Network,
    priority,
    queue::{Job, JobError, Queue},
};
use digit::{Bitmap, preprocessing::Preprocessed};
use service::TRACED;
use std::{num::NonZeroUsize, sync::Arc, time::Instant};
use tokio::{
    task::{self, JoinError},
    time::timeout_at,
};
use wire::{Content, Input};

/// Returns the bitmaps that the network classifies for one input bitmap.
pub(super) type Views = fn(&Bitmap) -> Vec<Bitmap>;

/// Preprocesses inputs and adds their bitmaps to the queue.
#[derive(Debug)]
pub(super) struct Preprocessor<N> {
    queue: Arc<Queue<N>>,
    pub(super) decoders: Decoders,
    metrics: Metrics,
}

impl<N: Network> Preprocessor<N> {
    /// Returns a preprocessor that decodes large images on at most `threads` threads.
    pub(super) fn new(queue: Arc<Queue<N>>, threads: NonZeroUsize, metrics: Metrics) -> Self {
        Self { queue, decoders: Decoders::new(threads), metrics }
    }

    /// Preprocesses an input and queues the views of its bitmap.
    pub(super) async fn preprocess(
        self: &Arc<Self>,
        job: Job<N>,
        input: Input,
        views: Views,
    ) -> Result<Preprocessed, EngineError> {
        match input.content() {
            Content::Pixels(_) => self.queue_views(job, &input, views), // they need no decoding
            Content::Strokes(_) | Content::Image(_) => self.decode(job, input, views).await,
        }
    }

    /// Preprocesses on a blocking thread and queues the result there. A large image waits for its permits without
    /// holding a thread.
    async fn decode(self: &Arc<Self>, job: Job<N>, input: Input, views: Views) -> Result<Preprocessed, EngineError> {
        let (job, input, megapixels) = match self.attempt(job, input, views, None).await? {
            Attempt::Done(preprocessed) => return Ok(*preprocessed),
            Attempt::Waits(job, input, megapixels) => (job, input, megapixels),
        };
        let permit = match timeout_at(job.deadline.into(), self.decoders.acquire(megapixels)).await {
            Ok(permit) => permit.ok_or(EngineError::Decoder)?,
            Err(_) => return Err(too_late(job)),
        };
        match self.attempt(job, input, views, Some(permit)).await? {
            Attempt::Done(preprocessed) => Ok(*preprocessed),
            Attempt::Waits(..) => Err(EngineError::Decoder), // an input with a permit never waits
        }
    }

    /// Preprocesses on a blocking thread, unless the input is a large image without a permit and none is free.
    async fn attempt(
        self: &Arc<Self>,
        job: Job<N>,
        input: Input,
        views: Views,
        permit: Option<DecoderPermit>,
    ) -> Result<Attempt<N>, EngineError> {
        let this = self.clone();
        let span = tracing::info_span!(target: TRACED, "preprocess");
        let work = move || {
            priority::lower_priority();
            let _in_it = span.enter();
            if job.reply.is_closed() {
                return Err(EngineError::ClientDisconnected);
            }
            if job.deadline <= Instant::now() {
                return Err(too_late(job));
            }
            let mut permit = permit;
            if permit.is_none()
                && let Some(megapixels) = decoders::megapixels(&input)
            {
                permit = this.decoders.try_acquire(megapixels);
                if permit.is_none() {
                    return Ok(Attempt::Waits(job, input, megapixels));
                }
            }
            this.queue_views(job, &input, views).map(|preprocessed| Attempt::Done(Box::new(preprocessed)))
        };
        // A runtime that shuts down cancels the work. Then the image is not to blame.
        let failure = |error: JoinError| if error.is_panic() { EngineError::Decoder } else { EngineError::Failed };
        task::spawn_blocking(work).await.map_err(failure)?
    }

    /// Preprocesses an input and queues the views of its bitmap.
    fn queue_views(&self, mut job: Job<N>, input: &Input, views: Views) -> Result<Preprocessed, EngineError> {
        job.tally.outcome = Outcome::InvalidInput; // in case preprocessing fails or panics
        let began = Instant::now();
        let preprocessed = input.preprocess();
        self.metrics.preprocessing.observe(began.elapsed().as_secs_f64());
        let preprocessed = preprocessed?;
        job.tally.outcome = Outcome::ClientDisconnected;
        self.queue.push(Job { bitmaps: views(&preprocessed.bitmap), ..job });
        Ok(preprocessed)
    }
}

/// The result of an attempt to preprocess.
enum Attempt<N> {
    /// The bitmap's views are queued.
    Done(Box<Preprocessed>),
    /// The input is an image of so many megapixels, and their permits are not free yet.
    Waits(Job<N>, Input, u32),
}

/// Answers and counts a job whose deadline passed before it was queued.
fn too_late<N: Network>(job: Job<N>) -> EngineError {
    job.network.statistics().fail.add(job.queued.elapsed());
    job.finish(Err(JobError::TimedOut));
    EngineError::Busy
}

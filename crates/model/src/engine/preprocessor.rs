//! From an input to the bitmaps that a worker gets, off the runtime's threads.

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
use tokio::{task, time::timeout_at};
use wire::{Content, Input};

/// Makes of a bitmap those that the network is to see.
pub(super) type Views = fn(&Bitmap) -> Vec<Bitmap>;

/// Preprocesses inputs and queues what comes of them.
#[derive(Debug)]
pub(super) struct Preprocessor<N> {
    queue: Arc<Queue<N>>,
    pub(super) decoders: Decoders,
    metrics: Metrics,
}

impl<N: Network> Preprocessor<N> {
    /// One that decodes on so many threads.
    pub(super) fn new(queue: Arc<Queue<N>>, threads: NonZeroUsize, metrics: Metrics) -> Self {
        Self { queue, decoders: Decoders::new(threads), metrics }
    }

    /// The preprocessed input, the views of whose bitmap are queued.
    pub(super) async fn preprocess(
        self: &Arc<Self>,
        job: Job<N>,
        input: Input,
        views: Views,
    ) -> Result<Preprocessed, EngineError> {
        match input.content() {
            Content::Pixels(_) => self.queue_views(job, &input, views), // nothing to decode
            Content::Strokes(_) | Content::Image(_) => self.decode(job, input, views).await,
        }
    }

    /// Preprocesses off the runtime's threads, and queues what comes of it from there. A picture waits here for the others
    /// that are decoded, where it holds no thread.
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
            Attempt::Waits(..) => Err(EngineError::Decoder), // never with a permit
        }
    }

    /// Preprocesses on a blocking thread, unless the input is a picture that has no permit and finds none.
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
        task::spawn_blocking(work).await.map_err(|_| EngineError::Decoder)?
    }

    /// Queues the views of an input's bitmap.
    fn queue_views(&self, mut job: Job<N>, input: &Input, views: Views) -> Result<Preprocessed, EngineError> {
        job.tally.outcome = Outcome::InvalidInput; // if there is none, or the decoder panics
        let began = Instant::now();
        let preprocessed = input.preprocess();
        self.metrics.preprocessing.observe(began.elapsed().as_secs_f64());
        let preprocessed = preprocessed?;
        job.tally.outcome = Outcome::ClientDisconnected;
        self.queue.push(Job { bitmaps: views(&preprocessed.bitmap), ..job });
        Ok(preprocessed)
    }
}

/// What came of preprocessing.
enum Attempt<N> {
    /// The bitmap is queued.
    Done(Box<Preprocessed>),
    /// The input is a picture of so many megapixels, for which there is no room yet.
    Waits(Job<N>, Input, u32),
}

/// Tells and counts that a job's deadline passed before it was queued.
fn too_late<N: Network>(job: Job<N>) -> EngineError {
    job.network.statistics().fail.add(job.queued.elapsed());
    job.finish(Err(JobError::TimedOut));
    EngineError::Busy
}

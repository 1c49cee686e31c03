//! The engine: drawings in, what they are taken for out, and why.
//!
//! Three kinds of thread see to a request, and none waits for another's work: the runtime's threads read and answer it,
//! blocking threads decode and preprocess, and one worker for each core owns a replica of the network.

mod decoders;
mod metrics;
mod priority;
mod queue;
mod statistics;
mod worker;

pub(crate) use queue::LARGEST_BATCH;
pub use statistics::Statistics;
pub(crate) use statistics::Total;
pub(crate) use worker::BUCKETS;
pub use worker::Network;

use crate::occlusion::{self, VIEWS};
use decoders::{DecoderPermit, Decoders};
use digit::{
    Bitmap,
    preprocessing::{Preprocessed, PreprocessingError},
};
use metrics::{Metrics, Outcome, Tally};
use network::Classification;
use prometheus_client::registry::Registry;
use queue::{Job, JobError, Queue};
use service::TRACED;
use std::{
    num::NonZeroUsize,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio::{
    sync::{Semaphore, oneshot},
    task,
    time::timeout_at,
};
use tracing::Instrument;
use wire::{Content, Input};

/// A handle to the workers; they end with the last one.
#[derive(Debug)]
pub struct Engine<N> {
    queue: Arc<Queue<N>>,
    /// A permit for each bitmap in work or waiting.
    slots: Arc<Semaphore>,
    decoders: Arc<Decoders>,
    largest_job: usize,
    patience: Duration,
    metrics: Metrics,
}

/// Why the engine gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The input gives no bitmap.
    #[error(transparent)]
    Preprocessing(#[from] PreprocessingError),
    /// All slots are taken, or the deadline passed while waiting.
    #[error("too busy")]
    Busy,
    /// The network failed.
    #[error("the network failed")]
    Failed,
    /// The image decoder panicked.
    #[error("the image decoder panicked")]
    Decoder,
    /// The client went before its turn came.
    #[error("the client has gone")]
    ClientDisconnected,
}

/// How an engine is set up.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Threads that own a network.
    pub workers: NonZeroUsize,
    /// Bitmaps that may be in work or wait; what comes beyond is refused at once.
    pub slots: NonZeroUsize,
    /// How long a request may wait for its turn.
    pub patience: Duration,
}

impl<N: Network> Engine<N> {
    /// Starts the workers.
    ///
    /// # Errors
    /// When no threads can be started.
    pub fn start(limits: Limits) -> std::io::Result<Self> {
        let (queue, metrics) = (Arc::new(Queue::new()), Metrics::default());
        for worker in 0..limits.workers.get() {
            let (queue, metrics) = (queue.clone(), metrics.clone());
            let work = move || worker::work(worker, &queue, &metrics);
            thread::Builder::new().name(format!("network-{worker}")).spawn(work)?;
        }
        Ok(Self {
            queue,
            slots: Arc::new(Semaphore::new(limits.slots.get())),
            decoders: Arc::new(Decoders::new(limits.workers)),
            largest_job: LARGEST_BATCH.min(limits.slots.get()),
            patience: limits.patience,
            metrics,
        })
    }

    /// Shows what the engine counts and measures.
    pub fn register(&self, registry: &mut Registry) {
        self.metrics.register(registry, self.queue.clone());
    }

    /// How many bitmaps wait for a worker.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.queue.depth()
    }

    /// How many bitmaps can be classified at once: no more than there are slots, for they are taken together.
    #[must_use]
    pub fn largest_job(&self) -> usize {
        self.largest_job
    }

    /// The preprocessed input, and what a network takes it for.
    ///
    /// # Errors
    /// When the input gives no bitmap, when there is too much to do, or when the network fails.
    pub async fn recognise(
        &self,
        network: Arc<N>,
        input: Input,
    ) -> Result<(Preprocessed, Classification), EngineError> {
        let (preprocessed, mut classified) =
            self.preprocess_and_classify(network, input, 1, |bitmap| vec![bitmap.clone()]).await?;
        Ok((preprocessed, classified.swap_remove(0)))
    }

    /// The same, and the attribution of each of the bitmap's pixels (`occlusion`). It takes the slots of 26 bitmaps, and is
    /// one drawing.
    ///
    /// # Errors
    /// As of [`recognise`](Self::recognise).
    pub async fn explain(
        &self,
        network: Arc<N>,
        input: Input,
    ) -> Result<(Preprocessed, Classification, Vec<f32>), EngineError> {
        let (preprocessed, mut classified) =
            self.preprocess_and_classify(network, input, VIEWS, occlusion::views).await?;
        let attribution = occlusion::attribution(&preprocessed.bitmap, &classified);
        Ok((preprocessed, classified.swap_remove(0), attribution))
    }

    /// The preprocessed input, and what a network takes each of so many views of its bitmap for.
    async fn preprocess_and_classify(
        &self,
        network: Arc<N>,
        input: Input,
        count: usize,
        views: Views,
    ) -> Result<(Preprocessed, Vec<Classification>), EngineError> {
        let (job, answer) = self.job(&network, count, self.metrics.begin(1), self.patience)?;
        let preprocessed = match input.content() {
            Content::Pixels(_) => preprocess(&self.queue, &self.metrics, job, &input, views)?, // nothing to decode
            Content::Strokes(_) | Content::Image(_) => self.decode(job, input, views).await?,
        };
        Ok((preprocessed, outcome(&*network, answer).await?))
    }

    /// What a network takes each bitmap for, at most [`largest_job`](Self::largest_job) of them.
    ///
    /// # Errors
    /// When there is too much to do, or when the network fails.
    pub async fn classify(
        &self,
        network: Arc<N>,
        bitmaps: Vec<Bitmap>,
        patience: Option<Duration>,
    ) -> Result<Vec<Classification>, EngineError> {
        debug_assert!((1..=self.largest_job).contains(&bitmaps.len()));
        let patience = patience.map_or(self.patience, |patience| patience.min(self.patience));
        let tally = self.metrics.begin(bitmaps.len());
        let (job, answer) = self.job(&network, bitmaps.len(), tally, patience)?;
        self.queue.push(Job { bitmaps, ..job });
        outcome(&*network, answer).await
    }

    /// Checks that there is a slot at all: a large request is not made sense of only to be refused then. How many drawings
    /// it holds is not known, so that none of them is counted.
    ///
    /// # Errors
    /// When all slots are taken.
    pub fn check_room(&self, network: &N) -> Result<(), EngineError> {
        if self.slots.available_permits() > 0 { Ok(()) } else { Err(refusal(network)) }
    }

    /// A job without bitmaps yet, and where its answer comes; refused at once if there is no place for so many.
    fn job(
        &self,
        network: &Arc<N>,
        count: usize,
        mut tally: Tally,
        patience: Duration,
    ) -> Result<(Job<N>, Reply), EngineError> {
        let count = u32::try_from(count).map_err(|_| EngineError::Busy)?;
        let slots = self.slots.clone().try_acquire_many_owned(count).map_err(|_| {
            tally.outcome = Outcome::Busy;
            refusal(&**network)
        })?;
        let (reply, answer) = oneshot::channel();
        let queued = Instant::now();
        let (network, deadline) = (network.clone(), queued + patience);
        Ok((Job { network, bitmaps: Vec::new(), queued, deadline, reply, slots, tally }, answer))
    }

    /// Preprocesses off the runtime's threads, and queues what comes of it from there. A picture waits here for the others
    /// that are decoded, where it holds no thread.
    async fn decode(&self, job: Job<N>, input: Input, views: Views) -> Result<Preprocessed, EngineError> {
        let (job, input, megapixels) = match self.preprocess(job, input, views, None).await? {
            Attempt::Done(preprocessed) => return Ok(*preprocessed),
            Attempt::Waits(job, input, megapixels) => (job, input, megapixels),
        };
        let permit = match timeout_at(job.deadline.into(), self.decoders.acquire(megapixels)).await {
            Ok(permit) => permit.ok_or(EngineError::Decoder)?,
            Err(_) => return Err(too_late(job)),
        };
        match self.preprocess(job, input, views, Some(permit)).await? {
            Attempt::Done(preprocessed) => Ok(*preprocessed),
            Attempt::Waits(..) => Err(EngineError::Decoder), // never with a permit
        }
    }

    /// Preprocesses on a blocking thread, unless the input is a picture that has no permit and finds none.
    async fn preprocess(
        &self,
        job: Job<N>,
        input: Input,
        views: Views,
        permit: Option<DecoderPermit>,
    ) -> Result<Attempt<N>, EngineError> {
        let (queue, metrics, decoders) = (self.queue.clone(), self.metrics.clone(), self.decoders.clone());
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
                permit = decoders.try_acquire(megapixels);
                if permit.is_none() {
                    return Ok(Attempt::Waits(job, input, megapixels));
                }
            }
            preprocess(&queue, &metrics, job, &input, views).map(|preprocessed| Attempt::Done(Box::new(preprocessed)))
        };
        task::spawn_blocking(work).await.map_err(|_| EngineError::Decoder)?
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

/// Makes of a bitmap those that the network is to see.
type Views = fn(&Bitmap) -> Vec<Bitmap>;

/// Queues the views of an input's bitmap.
fn preprocess<N>(
    queue: &Queue<N>,
    metrics: &Metrics,
    mut job: Job<N>,
    input: &Input,
    views: Views,
) -> Result<Preprocessed, EngineError> {
    job.tally.outcome = Outcome::InvalidInput; // if there is none, or the decoder panics
    let began = Instant::now();
    let preprocessed = input.preprocess();
    metrics.preprocessing.observe(began.elapsed().as_secs_f64());
    let preprocessed = preprocessed?;
    job.tally.outcome = Outcome::ClientDisconnected;
    queue.push(Job { bitmaps: views(&preprocessed.bitmap), ..job });
    Ok(preprocessed)
}

type Reply = oneshot::Receiver<Result<Vec<Classification>, JobError>>;

/// What becomes of a job; a failure is counted.
async fn outcome<N: Network>(network: &N, answer: Reply) -> Result<Vec<Classification>, EngineError> {
    let began = Instant::now();
    let answer = answer.instrument(tracing::info_span!(target: TRACED, "classify"));
    let outcome = answer.await.unwrap_or(Err(JobError::Failed));
    outcome.map_err(|undone| {
        network.statistics().fail.add(began.elapsed());
        undone.into()
    })
}

/// All slots are taken, which a network's statistics call a failure.
fn refusal(network: &impl Network) -> EngineError {
    network.statistics().fail.add(Duration::ZERO);
    EngineError::Busy
}

impl From<JobError> for EngineError {
    fn from(undone: JobError) -> Self {
        match undone {
            JobError::TimedOut => Self::Busy,
            JobError::Failed => Self::Failed,
        }
    }
}

impl<N> Drop for Engine<N> {
    fn drop(&mut self) {
        self.queue.close();
    }
}

#[cfg(test)]
mod tests;

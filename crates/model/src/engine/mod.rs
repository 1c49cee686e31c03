//! The engine: drawings in, what they are taken for out, and why.
//!
//! Three kinds of thread see to a request, and none waits for another's work: the runtime's threads read and answer it,
//! blocking threads decode and preprocess, and one worker for each core owns a replica of the network.

mod error;
mod preprocessor;
mod decoders;
mod queue;
mod worker;
mod network;
mod priority;
mod metrics;
mod statistics;

pub use self::network::Network;
pub use error::EngineError;
pub use statistics::Statistics;
pub(crate) use statistics::Total;

use crate::{
    batch::LARGEST_BATCH,
    occlusion::{self, VIEWS},
};
use ::network::Classification;
use digit::{Bitmap, preprocessing::Preprocessed};
use metrics::{Metrics, Outcome, Tally};
use preprocessor::{Preprocessor, Views};
use prometheus_client::registry::Registry;
use queue::{Job, JobError, Queue};
use service::TRACED;
use std::{
    num::NonZeroUsize,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio::sync::{Semaphore, oneshot};
use tracing::Instrument;
use wire::Input;

/// A handle to the workers; they end with the last one.
#[derive(Debug)]
pub struct Engine<N> {
    queue: Arc<Queue<N>>,
    /// A permit for each bitmap in work or waiting.
    slots: Arc<Semaphore>,
    preprocessor: Arc<Preprocessor<N>>,
    largest_job: usize,
    patience: Duration,
    metrics: Metrics,
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
            preprocessor: Arc::new(Preprocessor::new(queue.clone(), limits.workers, metrics.clone())),
            queue,
            slots: Arc::new(Semaphore::new(limits.slots.get())),
            largest_job: LARGEST_BATCH.min(limits.slots.get()),
            patience: limits.patience,
            metrics,
        })
    }

    /// Shows what the engine counts and measures.
    pub fn register(&self, registry: &mut Registry) {
        let queue = self.queue.clone();
        self.metrics.register(registry, move || queue.depth());
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
        let preprocessed = self.preprocessor.preprocess(job, input, views).await?;
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

impl<N> Drop for Engine<N> {
    fn drop(&mut self) {
        self.queue.close();
    }
}

#[cfg(test)]
mod tests;

//! The engine: classifies drawings and explains the predictions.
//!
//! Three kinds of threads process a request, so that none blocks another: the runtime's threads read requests and send
//! responses, blocking threads decode and preprocess, and one worker per core runs its own replica of the network.

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

/// A handle to the workers. They end when the engine is dropped.
#[derive(Debug)]
pub struct Engine<N> {
    queue: Arc<Queue<N>>,
    /// One permit for each bitmap that is queued or in a batch.
    slots: Arc<Semaphore>,
    preprocessor: Arc<Preprocessor<N>>,
    largest_job: usize,
    patience: Duration,
    metrics: Metrics,
}

/// The limits of an engine.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Threads that run the network, each with its own replica.
    pub workers: NonZeroUsize,
    /// Bitmaps that may be queued or in a batch at a time. The engine rejects a job at once if too few slots are free.
    pub slots: NonZeroUsize,
    /// The timeout of a request in the queue.
    pub patience: Duration,
}

impl<N: Network> Engine<N> {
    /// Starts the workers.
    ///
    /// # Errors
    /// When the system cannot start the threads.
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

    /// Registers the engine's metrics.
    pub fn register(&self, registry: &mut Registry) {
        let queue = self.queue.clone();
        self.metrics.register(registry, move || queue.depth());
    }

    /// Returns the number of bitmaps in the queue.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.queue.depth()
    }

    /// Returns the largest number of bitmaps in a job. It is at most the number of slots, since a job takes all its
    /// slots at once.
    #[must_use]
    pub fn largest_job(&self) -> usize {
        self.largest_job
    }

    /// Preprocesses and classifies an input.
    ///
    /// # Errors
    /// When the input cannot be preprocessed, when no slot is free, when the deadline passes, or when the network
    /// fails.
    pub async fn recognise(
        &self,
        network: Arc<N>,
        input: Input,
    ) -> Result<(Preprocessed, Classification), EngineError> {
        let (preprocessed, mut classified) =
            self.preprocess_and_classify(network, input, 1, |bitmap| vec![bitmap.clone()]).await?;
        Ok((preprocessed, classified.swap_remove(0)))
    }

    /// Like [`recognise`](Self::recognise), and also returns the attribution of each of the bitmap's 784 pixels
    /// (`occlusion`). The request takes 26 slots and counts as one drawing.
    ///
    /// # Errors
    /// Those of [`recognise`](Self::recognise).
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

    /// Preprocesses an input and classifies the `count` views of its bitmap.
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

    /// Classifies at most [`largest_job`](Self::largest_job) bitmaps. `patience` shortens the timeout in the queue.
    ///
    /// # Errors
    /// When too few slots are free, when the deadline passes, or when the network fails.
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

    /// Checks that a slot is free, before the caller parses a large request. The number of drawings is unknown here, so
    /// a rejection counts no drawing.
    ///
    /// # Errors
    /// When all slots are taken.
    pub fn check_room(&self, network: &N) -> Result<(), EngineError> {
        if self.slots.available_permits() > 0 { Ok(()) } else { Err(refusal(network)) }
    }

    /// Takes `count` slots and returns a job without bitmaps, and the receiver of its result. If too few slots are
    /// free, the job is rejected at once.
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

/// Waits for the result of a job, and counts a failure in the network's statistics.
async fn outcome<N: Network>(network: &N, answer: Reply) -> Result<Vec<Classification>, EngineError> {
    let began = Instant::now();
    let answer = answer.instrument(tracing::info_span!(target: TRACED, "classify"));
    let outcome = answer.await.unwrap_or(Err(JobError::Failed));
    outcome.map_err(|undone| {
        network.statistics().fail.add(began.elapsed());
        undone.into()
    })
}

/// Returns the error of a job without slots, and counts a failure in the network's statistics.
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

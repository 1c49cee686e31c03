//! The engine: classifies drawings and explains the predictions.
//!
//! Two kinds of threads process a request, so that none blocks another: the runtime's threads read requests and send
//! responses; blocking threads decode, preprocess and run the network, of which there is one replica for each core.

mod error;
mod preprocessor;
mod decoders;
mod queue;
mod worker;
mod network;
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
    time::{Duration, Instant},
};
use tokio::sync::{
    Semaphore,
    oneshot::{self, error::RecvError},
};
use tracing::Span;
use wire::Input;

/// The niceness of blocking threads. At 10, Linux gives a thread about a tenth of the CPU time of a runtime thread that
/// competes for the same core.
const NICENESS: i32 = 10;

/// Preprocesses and classifies.
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
    /// Replicas of the network, each of which one thread at a time runs.
    pub workers: NonZeroUsize,
    /// Bitmaps that may be queued or in a batch at a time. The engine rejects a job at once if too few slots are free.
    pub slots: NonZeroUsize,
    /// The timeout of a request in the queue.
    pub patience: Duration,
}

impl<N: Network> Engine<N> {
    /// Returns an engine with these limits. It works within a Tokio runtime.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let (queue, metrics) = (Arc::new(Queue::new(limits.workers)), Metrics::default());
        Self {
            preprocessor: Arc::new(Preprocessor::new(queue.clone(), limits.workers, metrics.clone())),
            queue,
            slots: Arc::new(Semaphore::new(limits.slots.get())),
            largest_job: LARGEST_BATCH.min(limits.slots.get()),
            patience: limits.patience,
            metrics,
        }
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
        let (began, preprocessed) = (job.queued, self.preprocessor.preprocess(job, input, views));
        let answer = answer.await;
        // A runtime that shuts down cancels the work. Then the image is not to blame.
        let preprocessed = preprocessed.await.unwrap_or(Err(EngineError::Failed))?;
        Ok((preprocessed, outcome(&*network, began, answer)?))
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
        let (began, span) = (job.queued, tracing::info_span!(target: TRACED, "classify"));
        self.preprocessor.queue(Job { bitmaps, span, ..job });
        outcome(&*network, began, answer.await)
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
        let (bitmaps, span) = (Vec::new(), Span::none());
        Ok((Job { network, bitmaps, queued, deadline, reply, slots, tally, span }, answer))
    }
}

type Reply = oneshot::Receiver<Result<Vec<Classification>, JobError>>;

/// Returns the result of a job, and counts a failure in the network's statistics.
fn outcome<N: Network>(
    network: &N,
    began: Instant,
    answer: Result<Result<Vec<Classification>, JobError>, RecvError>,
) -> Result<Vec<Classification>, EngineError> {
    answer.unwrap_or(Err(JobError::Failed)).map_err(|undone| {
        network.statistics().fail.add(began.elapsed());
        undone.into()
    })
}

/// Returns the error of a job without slots, and counts a failure in the network's statistics.
fn refusal(network: &impl Network) -> EngineError {
    network.statistics().fail.add(Duration::ZERO);
    EngineError::Busy
}

#[cfg(test)]
mod tests;

//! Writes predictions in batches: predictions that arrive while a statement runs are inserted together by the next one.
//!
//! There is no timer: the writer inserts a single prediction at once, and batches grow under load. A client gets its
//! answer only after the statement with its prediction is committed. Large inputs have a queue of their own, so that they
//! do not delay small ones.

use super::{
    NewPrediction, StoreError,
    writer_metrics::{WriterMetrics, Written},
};
use futures_util::FutureExt;
use prometheus_client::registry::Registry;
use service::TRACED;
use std::{array, panic::AssertUnwindSafe, sync::Arc, time::Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tracing::Instrument;
use uuid::Uuid;

/// Concurrent statements: one for small predictions and one for large ones. A second one for small predictions would make
/// the batches smaller, and a statement costs PostgreSQL several times as much as a row in it.
pub(super) const STATEMENTS: u32 = 2;

/// The weight of the smallest large prediction, in bytes.
const LARGE: usize = 256 << 10;

/// The least weight of a prediction, in bytes, so that a limit of weight also limits the number of predictions.
const LEAST_WEIGHT: usize = 32 << 10;

/// The largest weight of a statement, in bytes: 256 drawings, or one image of the largest size and some drawings.
const STATEMENT_WEIGHT: usize = 8 << 20;

/// The largest weight of all queued and running predictions, in bytes: more than the largest images that the api reads
/// at a time.
const QUEUE_WEIGHT: usize = 96 << 20;

/// The table that the writer inserts into.
pub(super) trait Table: Clone + Send + Sync + 'static {
    /// Inserts and commits predictions, and returns the ids of the inserted ones. It skips predictions whose
    /// idempotency key another request holds, and inserts all others or, on an error, none.
    fn insert(&self, new: &[NewPrediction]) -> impl Future<Output = Result<Vec<Uuid>, StoreError>> + Send;
}

/// A handle to the queues. After the last handle is dropped, the writer still inserts the queued predictions.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    /// The queue of small predictions, and that of large ones.
    queues: [mpsc::UnboundedSender<Waiting>; STATEMENTS as usize],
    /// A permit for each byte of queued and running predictions.
    room: Arc<Semaphore>,
    metrics: WriterMetrics,
}

/// A queued prediction, and the client that waits for it.
#[derive(Debug)]
struct Waiting {
    new: NewPrediction,
    client: Client,
}

#[derive(Debug)]
struct Client {
    reply: oneshot::Sender<Result<Written, StoreError>>,
    #[expect(dead_code, reason = "released on drop")]
    room: OwnedSemaphorePermit,
}

impl Writer {
    /// Starts the tasks that insert the predictions.
    pub(super) fn start(table: &impl Table) -> Self {
        let metrics = WriterMetrics::default();
        let queues = array::from_fn(|_| {
            let (queue, arrivals) = mpsc::unbounded_channel();
            tokio::spawn(run(Queue { arrivals, first: None }, table.clone(), metrics.clone()));
            queue
        });
        Self { queues, room: Arc::new(Semaphore::new(QUEUE_WEIGHT)), metrics }
    }

    /// Registers the metrics of the writer.
    pub(super) fn register(&self, registry: &mut Registry) {
        self.metrics.register(registry);
    }

    /// Queues a prediction and returns when it is committed.
    ///
    /// # Errors
    /// [`StoreError::Busy`] at once when the queue is full; the error of the statement when it failed.
    pub(super) async fn write(&self, new: NewPrediction) -> Result<Written, StoreError> {
        let ended = || StoreError::Defect("the writer has ended".to_owned());
        let weight = weight(&new);
        let room = u32::try_from(weight).ok().and_then(|bytes| self.room.clone().try_acquire_many_owned(bytes).ok());
        let Some(room) = room else {
            self.metrics.settled(&Err(StoreError::Busy));
            return Err(StoreError::Busy);
        };
        let (reply, outcome) = oneshot::channel();
        self.metrics.waiting.inc();
        let queue = &self.queues[usize::from(weight >= LARGE)];
        queue.send(Waiting { new, client: Client { reply, room } }).map_err(|_| ended())?;
        outcome.instrument(tracing::info_span!(target: TRACED, "keep")).await.map_err(|_| ended())?
    }
}

/// Inserts one batch after the other. A panic ends a batch, and not the writer.
async fn run(mut queue: Queue, table: impl Table, metrics: WriterMetrics) {
    while let Some(batch) = queue.next_batch().await {
        let _ = AssertUnwindSafe(settle(batch, &table, &metrics)).catch_unwind().await;
    }
}

/// Inserts a batch, counts the outcome of each prediction, and then sends it to its client.
///
/// When PostgreSQL rejects the statement, a single prediction may be the cause, so each is then inserted by itself.
async fn settle(batch: Vec<Waiting>, table: &impl Table, metrics: &WriterMetrics) {
    let (new, clients): (Vec<_>, Vec<_>) = batch.into_iter().map(|waiting| (waiting.new, waiting.client)).unzip();
    let together = insert(&new, table, metrics).await;
    let one_by_one = new.len() > 1 && matches!(together, Err(StoreError::Defect(_)));
    for (new, client) in new.chunks(1).zip(clients) {
        let alone;
        let inserted = if one_by_one {
            alone = insert(new, table, metrics).await;
            &alone
        } else {
            &together
        };
        let outcome = match inserted {
            Ok(ids) if new.iter().all(|new| ids.contains(&new.id)) => Ok(Written::Inserted),
            Ok(_) => Ok(Written::KeyTaken),
            Err(error) => Err(error.clone()),
        };
        metrics.waiting.dec();
        metrics.settled(&outcome);
        let _ = client.reply.send(outcome); // fails when the client has disconnected
    }
}

/// Runs a statement and records its metrics.
async fn insert(new: &[NewPrediction], table: &impl Table, metrics: &WriterMetrics) -> Result<Vec<Uuid>, StoreError> {
    let began = Instant::now();
    let outcome = table.insert(new).await;
    metrics.ran(began.elapsed(), &outcome);
    outcome
}

/// The queued predictions, in the order of their arrival.
#[derive(Debug)]
struct Queue {
    arrivals: mpsc::UnboundedReceiver<Waiting>,
    /// The oldest prediction, when it did not fit into the last batch.
    first: Option<Waiting>,
}

impl Queue {
    /// Waits for a prediction, and returns it with as many queued ones as fit into a statement; `None` when the queue
    /// is empty and all handles are dropped.
    async fn next_batch(&mut self) -> Option<Vec<Waiting>> {
        let first = match self.first.take() {
            Some(first) => first,
            None => self.arrivals.recv().await?,
        };
        let mut total = weight(&first.new);
        let mut batch = vec![first];
        while let Ok(next) = self.arrivals.try_recv() {
            total += weight(&next.new);
            if total > STATEMENT_WEIGHT {
                self.first = Some(next);
                break;
            }
            batch.push(next);
        }
        Some(batch)
    }
}

/// The weight of a prediction, in bytes: the length of its input, but at least [`LEAST_WEIGHT`].
fn weight(new: &NewPrediction) -> usize {
    new.input.input().bytes().len().max(LEAST_WEIGHT)
}

#[cfg(test)]
mod tests;

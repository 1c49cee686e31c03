//! Writes predictions: what comes while a statement is under way goes into the next one, all together.
//!
//! No timer: a lone prediction is written at once, and under load statements grow by themselves. Nobody is told that a
//! prediction is kept before the statement that holds it is committed.

use super::{
    NewPrediction, StoreError,
    writes::{Writes, Written},
};
use prometheus_client::registry::Registry;
use service::TRACED;
use std::{sync::Arc, time::Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tracing::Instrument;
use uuid::Uuid;

/// Statements under way at a time: a second one, so that one with large images does not hold up the small ones.
pub(super) const STATEMENTS: u32 = 2;

/// What a prediction weighs at least, in bytes, so that a bound on weight bounds the count, too.
const LEAST_WEIGHT: usize = 32 << 10;

/// The most that goes into a statement: 256 drawings, or one of the largest images and some drawings.
const STATEMENT_WEIGHT: usize = 8 << 20;

/// The most that may wait or be under way: as many of the largest images as are read at a time, and many drawings.
const QUEUE_WEIGHT: usize = 96 << 20;

/// Where predictions are kept.
pub(super) trait Table: Clone + Send + Sync + 'static {
    /// Inserts predictions and commits them, all or none but those whose idempotency key another request holds; returns
    /// the ids of what was inserted.
    fn insert(&self, new: &[NewPrediction]) -> impl Future<Output = Result<Vec<Uuid>, StoreError>> + Send;
}

/// A handle to the queue; once the last one is gone, what waits is still written.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    queue: mpsc::UnboundedSender<Waiting>,
    /// A permit for each byte that may wait or be under way.
    room: Arc<Semaphore>,
    writes: Writes,
}

/// A prediction on its way, and who waits for it to be kept.
#[derive(Debug)]
struct Waiting {
    new: NewPrediction,
    client: Client,
}

#[derive(Debug)]
struct Client {
    reply: oneshot::Sender<Result<Written, StoreError>>,
    #[expect(dead_code, reason = "held, and given back when it is dropped")]
    room: OwnedSemaphorePermit,
}

impl Writer {
    /// Starts to write what comes.
    pub(super) fn start(table: impl Table) -> Self {
        let (queue, arrivals) = mpsc::unbounded_channel();
        let writes = Writes::default();
        tokio::spawn(run(Queue { arrivals, first: None }, table, writes.clone()));
        Self { queue, room: Arc::new(Semaphore::new(QUEUE_WEIGHT)), writes }
    }

    /// Shows what is counted of writing.
    pub(super) fn register(&self, registry: &mut Registry) {
        self.writes.register(registry);
    }

    /// Returns when the prediction is committed.
    pub(super) async fn write(&self, new: NewPrediction) -> Result<Written, StoreError> {
        let ended = || StoreError::Defect("the writer has ended".to_owned());
        let room =
            u32::try_from(weight(&new)).ok().and_then(|bytes| self.room.clone().try_acquire_many_owned(bytes).ok());
        let Some(room) = room else {
            self.writes.settled(&Err(StoreError::Busy));
            return Err(StoreError::Busy);
        };
        let (reply, outcome) = oneshot::channel();
        self.writes.waiting.inc();
        self.queue.send(Waiting { new, client: Client { reply, room } }).map_err(|_| ended())?;
        outcome.instrument(tracing::info_span!(target: TRACED, "keep")).await.map_err(|_| ended())?
    }
}

/// Fills a statement whenever one may be sent.
async fn run(mut queue: Queue, table: impl Table, writes: Writes) {
    let statements = Arc::new(Semaphore::new(STATEMENTS as usize));
    while let Ok(statement) = statements.clone().acquire_owned().await
        && let Some(batch) = queue.next_batch().await
    {
        let (table, writes) = (table.clone(), writes.clone());
        tokio::spawn(async move {
            settle(batch, &table, &writes).await;
            drop(statement);
        });
    }
}

/// Writes a batch and tells every client the outcome, which is counted by then.
///
/// What one prediction may be at fault for must not cost its neighbours theirs: each is then tried by itself.
async fn settle(batch: Vec<Waiting>, table: &impl Table, writes: &Writes) {
    let (new, clients): (Vec<_>, Vec<_>) = batch.into_iter().map(|waiting| (waiting.new, waiting.client)).unzip();
    let together = insert(&new, table, writes).await;
    let one_by_one = new.len() > 1 && matches!(together, Err(StoreError::Defect(_)));
    for (new, client) in new.chunks(1).zip(clients) {
        let alone;
        let inserted = if one_by_one {
            alone = insert(new, table, writes).await;
            &alone
        } else {
            &together
        };
        let outcome = match inserted {
            Ok(ids) if new.iter().all(|new| ids.contains(&new.id)) => Ok(Written::Inserted),
            Ok(_) => Ok(Written::KeyTaken),
            Err(error) => Err(error.clone()),
        };
        writes.waiting.dec();
        writes.settled(&outcome);
        let _ = client.reply.send(outcome); // it may have gone
    }
}

/// One statement, measured.
async fn insert(new: &[NewPrediction], table: &impl Table, writes: &Writes) -> Result<Vec<Uuid>, StoreError> {
    let began = Instant::now();
    let outcome = table.insert(new).await;
    writes.ran(began.elapsed(), &outcome);
    outcome
}

/// Predictions that wait, first come first served.
#[derive(Debug)]
struct Queue {
    arrivals: mpsc::UnboundedReceiver<Waiting>,
    /// Came before all others, and found no room in the last batch.
    first: Option<Waiting>,
}

impl Queue {
    /// What waits, as much as fits into a statement, as soon as there is something; none once all handles are gone.
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

/// How much of the bounds a prediction takes, in bytes.
fn weight(new: &NewPrediction) -> usize {
    new.input.input().bytes().len().max(LEAST_WEIGHT)
}

#[cfg(test)]
mod tests;

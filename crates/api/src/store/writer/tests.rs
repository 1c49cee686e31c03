//! Tests of the writer with a table in memory. A test can block its statements or make them fail.

use super::*;
use crate::metadata;
use digit::{Bitmap, Digit};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::task::{JoinHandle, yield_now};
use wire::{Answer, Input, Source, Verdict};

/// The length of the largest inputs, in bytes.
const LARGEST: usize = 5_000_000;

/// Returns a prediction whose input has this length in bytes.
fn prediction(bytes: usize) -> NewPrediction {
    let mut strokes = br#"{"strokes":[]}"#.to_vec();
    strokes.resize(bytes.max(strokes.len()), b' ');
    let answer = Answer {
        prediction: Digit::try_from(7).unwrap(),
        confidence: 1.0,
        probabilities: [0.1; 10],
        verdict: Verdict::Digit,
        reason: None,
        model: "test".to_owned(),
        bitmap: None,
    };
    let input = metadata::strip(Input::json(strokes.into()).unwrap()).unwrap();
    NewPrediction::new(answer, Bitmap::new([0; 784]), Duration::ZERO, input, Source::Api)
}

/// A table in memory that completes no statement while its gate is shut.
#[derive(Clone)]
struct Memory {
    gate: Arc<Semaphore>,
    /// The ids of every statement, including failed and running ones.
    statements: Arc<Mutex<Vec<Vec<Uuid>>>>,
    /// The id of a prediction, and the error of every statement that holds it.
    fault: Option<(Uuid, StoreError)>,
    /// The prediction whose idempotency key another request holds.
    taken: Option<Uuid>,
}

impl Memory {
    fn open() -> Self {
        Self { gate: Arc::new(Semaphore::new(1)), statements: Arc::default(), fault: None, taken: None }
    }

    fn shut() -> Self {
        Self { gate: Arc::new(Semaphore::new(0)), ..Self::open() }
    }

    fn sizes(&self) -> Vec<usize> {
        self.statements.lock().unwrap().iter().map(Vec::len).collect()
    }
}

impl Table for Memory {
    async fn insert(&self, new: &[NewPrediction]) -> Result<Vec<Uuid>, StoreError> {
        let ids: Vec<Uuid> = new.iter().map(|new| new.id).collect();
        self.statements.lock().unwrap_or_else(PoisonError::into_inner).push(ids.clone());
        drop(self.gate.acquire().await);
        match &self.fault {
            Some((id, fault)) if ids.contains(id) => Err(fault.clone()),
            _ => Ok(ids.into_iter().filter(|id| Some(*id) != self.taken).collect()),
        }
    }
}

type Outcome = oneshot::Receiver<Result<Written, StoreError>>;

fn queued(new: NewPrediction) -> (Waiting, Outcome) {
    let (reply, outcome) = oneshot::channel();
    let room = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
    (Waiting { new, client: Client { reply, room } }, outcome)
}

/// Returns the size of each batch when predictions with inputs of these lengths arrive at once.
async fn batches(lengths: &[usize]) -> Vec<usize> {
    let (sender, arrivals) = mpsc::unbounded_channel();
    for &length in lengths {
        sender.send(queued(prediction(length)).0).unwrap();
    }
    drop(sender);
    let mut queue = Queue { arrivals, first: None };
    let mut sizes = Vec::new();
    while let Some(batch) = queue.next_batch().await {
        sizes.push(batch.len());
    }
    sizes
}

#[tokio::test]
async fn a_batch_holds_as_many_queued_predictions_as_fit_into_a_statement() {
    assert_eq!(batches(&[100]).await, [1]);
    assert_eq!(batches(&[100; 256]).await, [256]);
    assert_eq!(batches(&[100; 600]).await, [256, 256, 88]);
    assert_eq!(batches(&[LARGEST, LARGEST, 100, 100, LARGEST]).await, [1, 3, 1], "predictions keep their order");
}

/// Returns the registered metrics in the text format of `/metrics`.
fn text(register: impl FnOnce(&mut Registry)) -> String {
    let (mut registry, mut text) = (Registry::default(), String::new());
    register(&mut registry);
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    text
}

fn assert_shows(text: &str, line: &str) {
    assert!(text.lines().any(|shown| shown == line), "{line} is not in\n{text}");
}

/// Inserts a batch of three predictions, of which the second causes `fault`. Returns the clients' outcomes, the number
/// of rows of each statement, and the metrics.
async fn settle_with_fault(fault: StoreError) -> (Vec<Result<Written, StoreError>>, Vec<usize>, String) {
    let (batch, outcomes): (Vec<_>, Vec<_>) = (0..3).map(|_| queued(prediction(100))).unzip();
    let table = Memory { fault: Some((batch[1].new.id, fault)), ..Memory::open() };
    let writes = WriterMetrics::default();
    settle(batch, &table, &writes).await;
    let results = outcomes.into_iter().map(|mut outcome| outcome.try_recv().unwrap()).collect();
    (results, table.sizes(), text(|registry| writes.register(registry)))
}

#[tokio::test]
async fn a_rejected_row_does_not_fail_the_other_rows_of_its_batch() {
    let fault = StoreError::Defect("no such digit".to_owned());
    let (results, statements, metrics) = settle_with_fault(fault.clone()).await;
    assert_eq!(results, [Ok(Written::Inserted), Err(fault), Ok(Written::Inserted)]);
    assert_eq!(statements, [3, 1, 1, 1]);
    assert_shows(&metrics, r#"predictions_total{outcome="stored"} 2"#);
    assert_shows(&metrics, r#"predictions_total{outcome="rejected"} 1"#);
    assert_shows(&metrics, "statement_failures_total 2");
    assert_shows(&metrics, "statement_rows_sum 2.0");
    assert_shows(&metrics, "statement_seconds_count 2");
}

#[tokio::test]
async fn a_prediction_with_a_taken_key_is_skipped_and_the_others_are_inserted() {
    let (batch, outcomes): (Vec<_>, Vec<_>) = (0..3).map(|_| queued(prediction(100))).unzip();
    let table = Memory { taken: Some(batch[1].new.id), ..Memory::open() };
    let writes = WriterMetrics::default();
    settle(batch, &table, &writes).await;
    let results: Vec<_> = outcomes.into_iter().map(|mut outcome| outcome.try_recv().unwrap()).collect();
    assert_eq!(results, [Ok(Written::Inserted), Ok(Written::KeyTaken), Ok(Written::Inserted)]);
    let metrics = text(|registry| writes.register(registry));
    assert_shows(&metrics, r#"predictions_total{outcome="stored"} 2"#);
    assert_shows(&metrics, r#"predictions_total{outcome="repeated"} 1"#);
    assert_shows(&metrics, "statement_rows_sum 2.0");
}

#[tokio::test]
async fn rows_are_not_retried_one_by_one_while_the_database_is_unavailable() {
    let fault = StoreError::Unavailable("shutting down".to_owned());
    let (results, statements, metrics) = settle_with_fault(fault.clone()).await;
    assert_eq!(results, [Err(fault.clone()), Err(fault.clone()), Err(fault)]);
    assert_eq!(statements, [3]);
    assert_shows(&metrics, r#"predictions_total{outcome="unavailable"} 3"#);
    assert_shows(&metrics, "statement_failures_total 1");
}

/// Writes predictions with inputs of these lengths, each in a separate task, and returns once all are queued.
async fn submit(writer: &Writer, lengths: &[usize]) -> Vec<JoinHandle<Result<Written, StoreError>>> {
    let write = |&length: &usize| {
        let writer = writer.clone();
        tokio::spawn(async move { writer.write(prediction(length)).await })
    };
    let tasks: Vec<_> = lengths.iter().map(write).collect();
    run_other_tasks().await;
    tasks
}

/// Lets every other task of this runtime run until it waits.
async fn run_other_tasks() {
    for _ in 0..10 {
        yield_now().await;
    }
}

#[tokio::test]
async fn predictions_that_arrive_while_a_statement_runs_share_the_next_one() {
    let table = Memory::shut();
    let writer = Writer::start(&table);
    let mut tasks = Vec::new();
    for lengths in [&[100][..], &[100], &[100; 20]] {
        tasks.extend(submit(&writer, lengths).await);
    }
    assert_eq!(table.sizes(), [1], "a single prediction is not delayed, and one statement runs");
    assert!(tasks.iter().all(|task| !task.is_finished()), "no client gets an answer before the commit");

    table.gate.add_permits(1);
    for task in tasks {
        assert_eq!(task.await.unwrap(), Ok(Written::Inserted));
    }
    assert_eq!(table.sizes(), [1, 21]);
    assert_eq!(writer.room.available_permits(), QUEUE_WEIGHT);
}

#[tokio::test]
async fn large_inputs_do_not_delay_small_ones() {
    let table = Memory::shut();
    let writer = Writer::start(&table);
    let mut tasks = submit(&writer, &[LARGE, LARGEST]).await;
    tasks.extend(submit(&writer, &[LARGE - 1]).await);
    assert_eq!(table.sizes(), [2, 1], "a statement for each kind runs");
    table.gate.add_permits(1);
    for task in tasks {
        assert_eq!(task.await.unwrap(), Ok(Written::Inserted));
    }
}

#[tokio::test]
async fn a_prediction_is_rejected_at_once_when_the_queue_is_full() {
    let table = Memory::shut();
    let writer = Writer::start(&table);
    let queued = submit(&writer, &[LARGEST; QUEUE_WEIGHT / LARGEST]).await;
    assert!(queued.len() >= 16, "the queue has room for all inputs that the api reads at a time");
    assert_eq!(writer.write(prediction(LARGEST)).await, Err(StoreError::Busy));
    let metrics = text(|registry| writer.register(registry));
    assert_shows(&metrics, r#"predictions_total{outcome="busy"} 1"#);
    assert_shows(&metrics, &format!("predictions_waiting {}", queued.len()));

    table.gate.add_permits(1);
    for task in queued {
        assert_eq!(task.await.unwrap(), Ok(Written::Inserted));
    }
    assert_eq!(writer.write(prediction(LARGEST)).await, Ok(Written::Inserted));
    assert_shows(&text(|registry| writer.register(registry)), "predictions_waiting 0");
}

#[tokio::test]
async fn a_queued_prediction_is_written_even_after_its_client_and_the_writer_are_dropped() {
    let table = Memory::shut();
    let writer = Writer::start(&table);
    for _ in 0..3 {
        for task in submit(&writer, &[100]).await {
            task.abort();
        }
    }
    drop(writer);
    table.gate.add_permits(1);
    run_other_tasks().await;
    assert_eq!(table.sizes(), [1, 2]);
}

//! Tests of the writer with a table in memory, which a test can hold up or let fail.

use super::*;
use crate::metadata;
use digit::{Bitmap, Digit};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::task::{JoinHandle, yield_now};
use wire::{Answer, Input, Source, Verdict};

const LARGE: usize = 5_000_000;

/// A prediction from strokes of this size.
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

/// A table in memory that takes no statement while its gate is shut.
#[derive(Clone)]
struct Memory {
    gate: Arc<Semaphore>,
    /// The ids of every statement that came, also of those that failed or are under way.
    statements: Arc<Mutex<Vec<Vec<Uuid>>>>,
    /// What a statement comes to that holds this id.
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

fn waiting(new: NewPrediction) -> (Waiting, Outcome) {
    let (reply, outcome) = oneshot::channel();
    let room = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
    (Waiting { new, client: Client { reply, room } }, outcome)
}

/// The sizes of the batches that images of these sizes make, which come all at once.
async fn batches(images: &[usize]) -> Vec<usize> {
    let (sender, arrivals) = mpsc::unbounded_channel();
    for &image in images {
        sender.send(waiting(prediction(image)).0).unwrap();
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
async fn a_batch_is_what_waits_as_much_as_fits_into_a_statement() {
    assert_eq!(batches(&[100]).await, [1]);
    assert_eq!(batches(&[100; 256]).await, [256]);
    assert_eq!(batches(&[100; 600]).await, [256, 256, 88]);
    assert_eq!(batches(&[LARGE, LARGE, 100, 100, LARGE]).await, [1, 3, 1], "none overtakes another");
}

/// What is registered, as `/metrics` shows it.
fn text(register: impl FnOnce(&mut Registry)) -> String {
    let (mut registry, mut text) = (Registry::default(), String::new());
    register(&mut registry);
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    text
}

fn assert_shows(text: &str, line: &str) {
    assert!(text.lines().any(|shown| shown == line), "{line} is not in\n{text}");
}

/// What clients are told whose predictions make one batch, one of which meets the fault; the statements; what is
/// counted.
async fn settled(fault: StoreError) -> (Vec<Result<Written, StoreError>>, Vec<usize>, String) {
    let (batch, outcomes): (Vec<_>, Vec<_>) = (0..3).map(|_| waiting(prediction(100))).unzip();
    let table = Memory { fault: Some((batch[1].new.id, fault)), ..Memory::open() };
    let writes = Writes::default();
    settle(batch, &table, &writes).await;
    let told = outcomes.into_iter().map(|mut outcome| outcome.try_recv().unwrap()).collect();
    (told, table.sizes(), text(|registry| writes.register(registry)))
}

#[tokio::test]
async fn one_bad_row_costs_its_neighbours_nothing() {
    let fault = StoreError::Defect("no such digit".to_owned());
    let (told, statements, counted) = settled(fault.clone()).await;
    assert_eq!(told, [Ok(Written::Inserted), Err(fault), Ok(Written::Inserted)]);
    assert_eq!(statements, [3, 1, 1, 1]);
    assert_shows(&counted, r#"predictions_total{outcome="stored"} 2"#);
    assert_shows(&counted, r#"predictions_total{outcome="rejected"} 1"#);
    assert_shows(&counted, "statement_failures_total 2");
    assert_shows(&counted, "statement_rows_sum 2.0");
    assert_shows(&counted, "statement_seconds_count 2");
}

#[tokio::test]
async fn a_client_whose_key_another_request_holds_learns_so_and_its_neighbours_are_kept() {
    let (batch, outcomes): (Vec<_>, Vec<_>) = (0..3).map(|_| waiting(prediction(100))).unzip();
    let table = Memory { taken: Some(batch[1].new.id), ..Memory::open() };
    let writes = Writes::default();
    settle(batch, &table, &writes).await;
    let told: Vec<_> = outcomes.into_iter().map(|mut outcome| outcome.try_recv().unwrap()).collect();
    assert_eq!(told, [Ok(Written::Inserted), Ok(Written::KeyTaken), Ok(Written::Inserted)]);
    let counted = text(|registry| writes.register(registry));
    assert_shows(&counted, r#"predictions_total{outcome="stored"} 2"#);
    assert_shows(&counted, r#"predictions_total{outcome="repeated"} 1"#);
    assert_shows(&counted, "statement_rows_sum 2.0");
}

#[tokio::test]
async fn while_the_database_is_away_nothing_is_tried_twice() {
    let fault = StoreError::Unavailable("shutting down".to_owned());
    let (told, statements, counted) = settled(fault.clone()).await;
    assert_eq!(told, [Err(fault.clone()), Err(fault.clone()), Err(fault)]);
    assert_eq!(statements, [3]);
    assert_shows(&counted, r#"predictions_total{outcome="unavailable"} 3"#);
    assert_shows(&counted, "statement_failures_total 1");
}

/// Gives predictions to the writer, each from a task of its own, and returns once all of them wait.
async fn submit(writer: &Writer, images: &[usize]) -> Vec<JoinHandle<Result<Written, StoreError>>> {
    let write = |&image: &usize| {
        let writer = writer.clone();
        tokio::spawn(async move { writer.write(prediction(image)).await })
    };
    let tasks: Vec<_> = images.iter().map(write).collect();
    settle_down().await;
    tasks
}

/// Lets every task of this thread's runtime go as far as it can.
async fn settle_down() {
    for _ in 0..10 {
        yield_now().await;
    }
}

#[tokio::test]
async fn what_comes_while_statements_are_under_way_goes_into_one() {
    let table = Memory::shut();
    let writer = Writer::start(table.clone());
    let mut tasks = Vec::new();
    for images in [&[100][..], &[100], &[100; 20]] {
        tasks.extend(submit(&writer, images).await);
    }
    assert_eq!(table.sizes(), [1, 1], "a lone one is not delayed, and no more than two are under way");
    assert!(tasks.iter().all(|task| !task.is_finished()), "nobody is told before it is so");

    table.gate.add_permits(1);
    for task in tasks {
        assert_eq!(task.await.unwrap(), Ok(Written::Inserted));
    }
    assert_eq!(table.sizes(), [1, 1, 20]);
    assert_eq!(writer.room.available_permits(), QUEUE_WEIGHT);
}

#[tokio::test]
async fn what_would_be_too_much_to_hold_is_refused_at_once() {
    let table = Memory::shut();
    let writer = Writer::start(table.clone());
    let held = submit(&writer, &[LARGE; QUEUE_WEIGHT / LARGE]).await;
    assert!(held.len() >= 16, "as many as are read at a time");
    assert_eq!(writer.write(prediction(LARGE)).await, Err(StoreError::Busy));
    let counted = text(|registry| writer.register(registry));
    assert_shows(&counted, r#"predictions_total{outcome="busy"} 1"#);
    assert_shows(&counted, &format!("predictions_waiting {}", held.len()));

    table.gate.add_permits(1);
    for task in held {
        assert_eq!(task.await.unwrap(), Ok(Written::Inserted));
    }
    assert_eq!(writer.write(prediction(LARGE)).await, Ok(Written::Inserted));
    assert_shows(&text(|registry| writer.register(registry)), "predictions_waiting 0");
}

#[tokio::test]
async fn what_was_taken_is_written_even_if_its_client_and_every_handle_go() {
    let table = Memory::shut();
    let writer = Writer::start(table.clone());
    for _ in 0..3 {
        for task in submit(&writer, &[100]).await {
            task.abort();
        }
    }
    drop(writer);
    table.gate.add_permits(1);
    settle_down().await;
    assert_eq!(table.sizes(), [1, 1, 1]);
}

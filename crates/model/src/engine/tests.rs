//! Tests of the engine, with networks that block, fail or return fixed classifications.

use super::*;
use digit::preprocessing::PreprocessingError;
use image::{GrayImage, ImageFormat, Luma};
use std::{
    io::Cursor,
    pin::Pin,
    sync::{Condvar, Mutex},
    task::Poll,
};
use tch::TchError;
use tokio::task;

/// A network that blocks until the test opens it.
#[derive(Default)]
struct Gate {
    is_open: Mutex<bool>,
    changed: Condvar,
    statistics: Statistics,
}

impl Gate {
    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.changed.notify_all();
    }
}

impl Network for Gate {
    fn classify(&self, _: usize, bitmaps: &[Bitmap]) -> Result<Vec<Classification>, TchError> {
        let _open = self.changed.wait_while(self.is_open.lock().unwrap(), |is_open| !*is_open).unwrap();
        let taken = Classification { probabilities: [0.1; 10], not_a_digit_probability: 0.0, rejection: None };
        Ok(vec![taken; bitmaps.len()])
    }

    fn restart(&self, _: usize) {}

    fn statistics(&self) -> &Statistics {
        &self.statistics
    }
}

fn engine(slots: usize, patience: Duration) -> (Arc<Gate>, Arc<Engine<Gate>>) {
    let limits = Limits { workers: NonZeroUsize::MIN, slots: NonZeroUsize::new(slots).unwrap(), patience };
    (Arc::default(), Arc::new(Engine::new(limits)))
}

fn pixels() -> Input {
    let drawn = [&[0.0; 300][..], &[1.0; 40], &[0.0; 444]].concat();
    Input::json(serde_json::json!({ "pixels": drawn }).to_string().into()).unwrap()
}

fn strokes() -> Input {
    let line = serde_json::json!({ "strokes": [[[10, 10], [10, 90]]], "width": 100, "height": 100 });
    Input::json(line.to_string().into()).unwrap()
}

const LONG: Duration = Duration::from_mins(1);

#[tokio::test]
async fn pixels_and_strokes_are_classified() {
    let (gate, engine) = engine(2, LONG);
    gate.open();
    for input in [pixels(), strokes()] {
        let (preprocessed, taken) = engine.recognise(gate.clone(), input).await.unwrap();
        assert!(!preprocessed.bitmap.is_blank());
        assert!((taken.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }
    let many = vec![Bitmap::new([0; Bitmap::LEN]); 2];
    assert_eq!(engine.classify(gate, many, None).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_request_without_a_free_slot_is_rejected_at_once_and_slots_are_freed() {
    let (gate, engine) = engine(2, LONG);
    let waiting = [pixels(), strokes()].map(|input| {
        let (engine, gate) = (engine.clone(), gate.clone());
        tokio::spawn(async move { engine.recognise(gate, input).await.map(drop) })
    });
    while engine.slots.available_permits() > 0 {
        task::yield_now().await;
    }
    assert!(matches!(engine.recognise(gate.clone(), pixels()).await, Err(EngineError::Busy)));
    assert_eq!(gate.statistics.fail.count(), 1);
    assert!(matches!(engine.check_room(&gate), Err(EngineError::Busy)));
    assert_eq!(gate.statistics.fail.count(), 2);
    gate.open();
    for answer in waiting {
        assert!(answer.await.unwrap().is_ok());
    }
    assert!(engine.check_room(&gate).is_ok());
    assert!(engine.recognise(gate, pixels()).await.is_ok());
}

fn small_picture() -> Input {
    Input::image(include_bytes!("../../../../examples/eight.png").as_slice().into()).unwrap()
}

/// An image of one megapixel: a black bar on a white background.
fn picture() -> Input {
    let bar = |x, y| Luma([if (450..550).contains(&x) && (200..800).contains(&y) { 0 } else { 255 }]);
    let (mut png, picture) = (Cursor::new(Vec::new()), GrayImage::from_fn(1_000, 1_000, bar));
    picture.write_to(&mut png, ImageFormat::Png).unwrap();
    Input::image(png.into_inner().into()).unwrap()
}

/// Runs a test on a runtime with a single blocking thread, like a machine that is busy decoding.
fn with_one_blocking_thread(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build();
    runtime.unwrap().block_on(test);
}

#[test]
fn small_inputs_are_classified_while_large_images_wait_for_permits() {
    with_one_blocking_thread(async {
        let (gate, engine) = engine(8, LONG);
        gate.open();
        let taken = engine.preprocessor.decoders.acquire_all();
        let mut pictures = [0; 3].map(|_| Box::pin(engine.recognise(gate.clone(), picture())));
        for picture in &mut pictures {
            assert!(is_pending(picture).await);
        }
        for small in [strokes(), small_picture()] {
            assert!(engine.recognise(gate.clone(), small).await.is_ok());
        }
        assert_eq!((preprocessed(&engine), counted(&engine, "done")), (2, 2));
        drop(taken);
        for picture in pictures {
            assert!(picture.await.is_ok());
        }
        assert_eq!((preprocessed(&engine), counted(&engine, "done")), (5, 5));
    });
}

#[tokio::test(start_paused = true)]
async fn an_image_that_expires_while_it_waits_is_answered_with_an_error_and_never_decoded() {
    let (gate, engine) = engine(8, LONG);
    gate.open();
    let taken = engine.preprocessor.decoders.acquire_all();
    // The paused clock advances as soon as no task can run.
    assert!(matches!(engine.recognise(gate.clone(), picture()).await, Err(EngineError::Busy)));
    drop(taken);
    assert_eq!((preprocessed(&engine), counted(&engine, "timed_out"), gate.statistics.fail.count()), (0, 1, 1));
    assert_eq!(engine.slots.available_permits(), 8);
}

#[tokio::test]
async fn an_expired_job_is_answered_with_an_error_and_never_preprocessed() {
    let (gate, engine) = engine(8, Duration::ZERO);
    gate.open();
    for input in [picture(), strokes()] {
        assert!(matches!(engine.recognise(gate.clone(), input).await, Err(EngineError::Busy)));
    }
    assert_eq!((preprocessed(&engine), counted(&engine, "timed_out"), gate.statistics.fail.count()), (0, 2, 2));
}

#[test]
fn an_image_whose_client_disconnects_while_it_waits_is_never_decoded() {
    with_one_blocking_thread(async {
        let (gate, engine) = engine(8, LONG);
        gate.open();
        let taken = engine.preprocessor.decoders.acquire_all();
        let mut picture = Box::pin(engine.recognise(gate.clone(), picture()));
        assert!(is_pending(&mut picture).await);
        task::spawn_blocking(|| ()).await.unwrap(); // runs after the image's header is read
        assert!(is_pending(&mut picture).await);
        drop(picture);
        drop(taken);
        task::spawn_blocking(|| ()).await.unwrap();
        assert_eq!((preprocessed(&engine), counted(&engine, "client_disconnected")), (0, 1));
        assert_eq!(engine.slots.available_permits(), 8);
    });
}

#[tokio::test]
async fn a_job_has_no_more_bitmaps_than_there_are_slots() {
    assert_eq!(engine(2, LONG).1.largest_job(), 2);
    assert_eq!(engine(1000, LONG).1.largest_job(), LARGEST_BATCH);
}

#[tokio::test]
async fn a_job_that_waits_past_its_deadline_is_answered_with_an_error() {
    let (gate, engine) = engine(8, LONG);
    let first = tokio::spawn({
        let (engine, gate) = (engine.clone(), gate.clone());
        async move { engine.recognise(gate, pixels()).await.map(drop) }
    });
    while engine.slots.available_permits() == 8 || engine.depth() > 0 {
        task::yield_now().await;
    }
    let bitmaps = vec![Bitmap::new([0; Bitmap::LEN])];
    let late = engine.classify(gate.clone(), bitmaps, Some(Duration::ZERO));
    gate.open();
    assert!(matches!(late.await, Err(EngineError::Busy)));
    assert!(first.await.unwrap().is_ok());
}

#[tokio::test]
async fn an_input_without_foreground_fails_in_preprocessing() {
    let (gate, engine) = engine(2, LONG);
    gate.open();
    let blank = Input::json(serde_json::json!({ "pixels": vec![0.0; 784] }).to_string().into()).unwrap();
    assert!(matches!(engine.recognise(gate, blank).await, Err(EngineError::Preprocessing(PreprocessingError::Blank))));
}

/// Polls a future once, and returns whether it is pending.
async fn is_pending<F: Future + Unpin>(future: &mut F) -> bool {
    std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut *future).poll(context).is_pending())).await
}

/// Returns the number of drawings with this outcome, from `/metrics`.
fn counted(engine: &Engine<Gate>, outcome: &str) -> u64 {
    metric(engine, &format!("drawings_total{{outcome=\"{outcome}\"}}"))
}

/// Returns the number of preprocessed inputs.
fn preprocessed(engine: &Engine<Gate>) -> u64 {
    metric(engine, "preprocessing_seconds_count")
}

fn metric(engine: &Engine<Gate>, name: &str) -> u64 {
    let (mut registry, mut text) = (Registry::default(), String::new());
    engine.register(&mut registry);
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    let of = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok();
    text.lines().find_map(of).unwrap()
}

#[tokio::test]
async fn an_explanation_takes_the_slots_of_all_its_views_and_is_one_drawing() {
    let (gate, engine) = engine(VIEWS, LONG);
    let explained = tokio::spawn({
        let (engine, gate) = (engine.clone(), gate.clone());
        async move { engine.explain(gate, pixels()).await }
    });
    while engine.slots.available_permits() == VIEWS {
        task::yield_now().await;
    }
    assert_eq!(engine.slots.available_permits(), 0);
    assert!(matches!(engine.recognise(gate.clone(), pixels()).await, Err(EngineError::Busy)));
    gate.open();
    let (preprocessed, taken, attribution) = explained.await.unwrap().unwrap();
    assert_eq!(
        (attribution, taken.probabilities),
        (vec![0.0; Bitmap::LEN], [0.1; 10]),
        "nothing depends on {preprocessed:?}"
    );
    assert_eq!(["done", "busy", "client_disconnected"].map(|outcome| counted(&engine, outcome)), [1, 1, 0]);
}

#[tokio::test]
async fn a_job_that_needs_more_than_all_slots_is_rejected() {
    let (gate, engine) = engine(VIEWS - 1, LONG);
    gate.open();
    assert!(matches!(engine.explain(gate, pixels()).await, Err(EngineError::Busy)));
    assert_eq!(counted(&engine, "busy"), 1);
}

#[tokio::test]
async fn the_engine_counts_each_drawing_once_under_its_outcome() {
    let (gate, engine) = engine(4, LONG);
    let bitmaps = |count| vec![Bitmap::new([0; Bitmap::LEN]); count];
    let first = tokio::spawn({
        let (engine, gate) = (engine.clone(), gate.clone());
        async move { engine.recognise(gate, pixels()).await.map(drop) }
    });
    while engine.slots.available_permits() == 4 || engine.depth() > 0 {
        task::yield_now().await;
    }
    // The first job is being classified. Of the waiting jobs, one expires and one loses its client; a job of two
    // bitmaps finds too few slots.
    let mut gone = Box::pin(engine.classify(gate.clone(), bitmaps(1), None));
    assert!(is_pending(&mut gone).await);
    drop(gone);
    let mut late = Box::pin(engine.classify(gate.clone(), bitmaps(1), Some(Duration::ZERO)));
    assert!(is_pending(&mut late).await);
    assert!(matches!(engine.classify(gate.clone(), bitmaps(2), None).await, Err(EngineError::Busy)));
    gate.open();
    assert!(late.await.is_err() && first.await.unwrap().is_ok());
    let blank = Input::json(serde_json::json!({ "pixels": vec![0.0; 784] }).to_string().into()).unwrap();
    assert!(engine.recognise(gate.clone(), blank).await.is_err());
    assert!(engine.classify(gate, bitmaps(3), None).await.is_ok());
    let outcome = ["done", "busy", "timed_out", "failed", "client_disconnected", "invalid_input"]
        .map(|outcome| counted(&engine, outcome));
    assert_eq!(outcome, [4, 2, 1, 0, 1, 1]);
}

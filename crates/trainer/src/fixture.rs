//! Small data for tests: ten drawings, one of each digit, with the style jitter of many writers.

use crate::{
    data::{Example, PenDigit},
    preprocess,
    sample_set::on_canvas,
    score::{Rate, Score},
    split::{Part, Split},
    stroke_renderer::Strokes,
    style_jitter::StyleJitter,
    training_history::EpochLog,
};
use digit::{Digit, preprocessing::Point};
use network::{Architecture, Calibration, Hyperparameters, ModelCard};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use time::OffsetDateTime;

/// Returns a split in which `writers` writers draw the digits of the training part, and others draw the rest.
pub(crate) fn split(writers: u32) -> Split {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut part = |writers| part(writers, &mut random);
    Split { train: part(writers), holdout: part(20), test: part(20), files: Vec::new() }
}

fn part(writers: u32, random: &mut ChaCha8Rng) -> Part {
    let mut part = Part::default();
    for writer in 0..writers {
        for (label, strokes) in Digit::all().zip(drawings()) {
            let pen = PenDigit { writer, label, strokes: StyleJitter::OTHER_WRITER.apply(&strokes, random) };
            let bitmap = preprocess::strokes(pen.strokes.clone()).expect("a drawing has foreground");
            part.scans.push(Example { bitmap, label });
            part.pen.push(pen);
        }
        part.characters.push(cross());
    }
    assert!(part.pen.iter().all(|digit| on_canvas(&digit.strokes, random).is_some()));
    part
}

/// Returns the strokes of each digit, 0 to 9.
fn drawings() -> Vec<Strokes> {
    let drawn: Value = serde_json::from_str(include_str!("../../../examples/ten-digits.json")).unwrap();
    let number = |value: &Value| value.to_string().parse().unwrap();
    let point = |point: &Value| Point { x: number(&point[0]), y: number(&point[1]) };
    let stroke = |stroke: &Value| stroke.as_array().unwrap().iter().map(point).collect();
    Digit::all().map(|digit| drawn[digit.to_string()].as_array().unwrap().iter().map(stroke).collect()).collect()
}

fn cross() -> Strokes {
    let line = |ends: [(f32, f32); 2]| ends.map(|(x, y)| Point { x, y }).to_vec();
    vec![line([(0.0, 0.0), (1.0, 1.0)]), line([(0.0, 1.0), (1.0, 0.0)])]
}

/// Returns an epoch with one held-out set.
pub(crate) fn epoch() -> EpochLog {
    let score = Score {
        set: "held out".to_owned(),
        samples: 10,
        errors: 1,
        // Numbers that JSON preserves exactly.
        accuracy: Some(Rate { share: 0.9, low: 0.5, high: 1.0 }),
        rejected: 0,
        rejection_rate: Rate { share: 0.0, low: 0.0, high: 0.25 },
        loss: Some(0.25),
        calibration_error: Some(0.125),
        error_at_95_coverage: Some(0.0),
    };
    EpochLog { epoch: 1, loss: 0.5, accuracy: 0.75, learning_rate: 1e-3, holdouts: vec![score], seconds: 2.0 }
}

/// Returns the card of a short training run.
pub(crate) fn card() -> ModelCard {
    ModelCard {
        version: "short".parse().unwrap(),
        architecture: Architecture::Small,
        parameters: 1000,
        preprocessing: digit::preprocessing::VERSION.to_owned(),
        calibration: Calibration::NONE,
        command: "trainer fit".to_owned(),
        machine: "a machine".to_owned(),
        trained_at: OffsetDateTime::UNIX_EPOCH,
        training_seconds: 2.0,
        seed: 1,
        data: Vec::new(),
        hyperparameters: Hyperparameters {
            epochs: 1,
            batch_size: 32,
            samples: 100,
            peak_learning_rate: 3e-3,
            weight_decay: 0.02,
            ema_decay: 0.999,
            label_smoothing: 0.01,
            precision: "f32".to_owned(),
            teachers: Vec::new(),
        },
        holdouts: Vec::new(),
        golden: Vec::new(),
        weights_sha256: String::new(),
    }
}

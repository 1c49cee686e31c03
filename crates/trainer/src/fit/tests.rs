//! Tests that train on a few hundred images.

use super::*;
use crate::{
    data_mixture::{CollectedContent, CollectedSample, Target},
    fixture,
    gate::statistics::sign_flip_p_value,
    score::{Evaluated, Rate},
    stroke_renderer::Strokes,
};
use digit::Digit;
use network::{Architecture, Checkpoint, Class, Cnn};
use std::path::PathBuf;
use tch::{Tensor, nn::VarStore};

const RECIPE: TrainingRecipe = TrainingRecipe {
    architecture: Architecture::Small,
    epochs: 3,
    batch_size: 32,
    learning_rate: 3e-3,
    seed: 1,
    limit: None,
    precision: Precision::F32,
};

pub(super) fn options() -> FitOptions {
    FitOptions {
        data: None,
        models: PathBuf::new(),
        version: None,
        promote: false,
        force: false,
        collected: None,
        recipe: RECIPE,
        teachers: Vec::new(),
        log_dir: None,
        threads: 1,
        loaders: 2,
    }
}

/// Returns the data mixture and the held-out sets of a run.
fn data(options: &FitOptions) -> (DataMixture, Vec<SampleSet>) {
    let split = fixture::split(40);
    let holdouts = sample_set::holdouts(&split.holdout);
    let train = split.train;
    (DataMixture::new(options.recipe.seed, train.scans, train.pen, train.characters), holdouts)
}

fn start(options: &FitOptions) -> Training {
    tch::manual_seed(1);
    Training::new(options, Vec::new(), Device::Cpu).unwrap()
}

#[test]
fn training_on_a_few_hundred_images_lowers_the_loss_and_reads_digits() {
    let options = options();
    let (mixture, holdouts) = data(&options);
    let mut training = start(&options);
    let logs: Vec<EpochLog> = (1..=options.recipe.epochs)
        .map(|number| training.epoch(number, &mixture, &holdouts, &options).unwrap())
        .collect();
    assert!(logs[2].loss < 0.8 * logs[0].loss, "{logs:?}");

    training.recalibrate(&mixture, &options).unwrap();
    let accuracy = holdouts[0].score(&training.logits(&holdouts[0]).unwrap(), Calibration::NONE).accuracy;
    assert!(accuracy.is_some_and(|Rate { share, .. }| share > 0.6), "chance is 0.1: {accuracy:?}");
}

#[test]
fn an_interrupted_run_resumes_with_the_same_result() {
    let options = FitOptions { recipe: TrainingRecipe { epochs: 2, ..RECIPE }, ..options() };
    let (mixture, holdouts) = data(&options);
    let folder = tempfile::tempdir().unwrap();
    let state = progress::path(folder.path(), &"run".parse().unwrap());
    let settings = options.settings();

    let mut uninterrupted = start(&options);
    let mut progress = uninterrupted.resume(&state, &settings).unwrap();
    progress.add(uninterrupted.epoch(1, &mixture, &holdouts, &options).unwrap(), uninterrupted.steps());
    uninterrupted.save(&state, &progress).unwrap();
    let expected = uninterrupted.epoch(2, &mixture, &holdouts, &options).unwrap();

    // The new run has other initial weights. Resuming must replace them.
    tch::manual_seed(99);
    let mut resumed = Training::new(&options, Vec::new(), Device::Cpu).unwrap();
    let progress = resumed.resume(&state, &settings).unwrap();
    assert_eq!((progress.next(), resumed.steps() > 0), (2, true));
    let found = resumed.epoch(2, &mixture, &holdouts, &options).unwrap();
    assert!((found.loss - expected.loss).abs() < 1e-4, "{found:?} {expected:?}");
    assert_eq!(found.holdouts[0].errors, expected.holdouts[0].errors);
}

#[test]
fn a_run_with_other_settings_does_not_resume() {
    let options = FitOptions { recipe: TrainingRecipe { epochs: 1, ..RECIPE }, ..options() };
    let folder = tempfile::tempdir().unwrap();
    let state = progress::path(folder.path(), &"run".parse().unwrap());
    let mut training = start(&options);
    let progress = training.resume(&state, &options.settings()).unwrap();
    training.save(&state, &progress).unwrap();

    let other_settings = FitOptions { recipe: TrainingRecipe { seed: 2, ..RECIPE }, ..options }.settings();
    let error = training.resume(&state, &other_settings).unwrap_err().to_string();
    assert!(error.contains("--seed 1") && error.contains("--seed 2"), "{error}");
}

#[test]
fn a_student_follows_its_teacher_more_than_the_labels() {
    let options = FitOptions { recipe: TrainingRecipe { epochs: 1, ..RECIPE }, ..options() };
    let (mixture, holdouts) = data(&options);
    let count_fives = |teachers| {
        tch::manual_seed(1);
        let mut student = Training::new(&options, teachers, Device::Cpu).unwrap();
        student.epoch(1, &mixture, &holdouts, &options).unwrap();
        let evaluated = Evaluated::all(&student.logits(&holdouts[0]).unwrap(), &holdouts[0].classes, Calibration::NONE);
        evaluated.iter().filter(|one| one.prediction().0.value() == 5).count()
    };
    let (without_teacher, with_teacher) = (count_fives(Vec::new()), count_fives(vec![always_five()]));
    assert!(without_teacher < 100 && with_teacher > 150, "{without_teacher}, {with_teacher}");
}

/// Returns collected drawings: the ten digits of sixty people, and after these `wrong` drawings with the label of another digit.
fn collected(wrong: usize) -> Vec<CollectedSample> {
    let sample = |strokes: &Strokes, label: Digit| CollectedSample {
        content: CollectedContent::Strokes(strokes.clone()),
        target: Target::Class(Class::Digit(label)),
    };
    let drawn = fixture::split(60).train.pen;
    let next = |label: Digit| Digit::try_from((i64::from(label.value()) + 1) % 10).unwrap();
    let wrong = drawn.iter().rev().take(wrong).map(|pen| sample(&pen.strokes, next(pen.label)));
    drawn.iter().map(|pen| sample(&pen.strokes, pen.label)).chain(wrong).collect()
}

/// Trains with this seed and these collected drawings. Returns for each held-out sample whether the answer is right.
fn right_answers(seed: u64, collected: Vec<CollectedSample>) -> Vec<bool> {
    let options = FitOptions { recipe: TrainingRecipe { seed, epochs: 2, ..RECIPE }, ..options() };
    let split = fixture::split(60);
    let holdouts = sample_set::holdouts(&split.holdout);
    let train = split.train;
    let mixture = DataMixture::new(seed, train.scans, train.pen, train.characters).with_collected(collected);
    tch::manual_seed(i64::try_from(seed).unwrap());
    let mut training = Training::new(&options, Vec::new(), Device::Cpu).unwrap();
    for number in 1..=options.recipe.epochs {
        training.epoch(number, &mixture, &[], &options).unwrap();
    }
    training.recalibrate(&mixture, &options).unwrap();
    let right = |set: &SampleSet| {
        let evaluated = Evaluated::all(&training.logits(set).unwrap(), &set.classes, Calibration::NONE);
        evaluated.iter().map(Evaluated::is_right).collect::<Vec<_>>()
    };
    holdouts.iter().flat_map(right).collect()
}

#[test]
fn fifty_wrong_labels_among_the_collected_drawings_do_not_make_a_model_worse() {
    let gained = (1..=3).flat_map(|seed| {
        let (without, with) = (right_answers(seed, collected(0)), right_answers(seed, collected(50)));
        without.into_iter().zip(with).map(|(without, with)| i64::from(without) - i64::from(with)).collect::<Vec<_>>()
    });
    let gained: Vec<i64> = gained.collect();
    let p_value = sign_flip_p_value(&gained);
    assert!(p_value > 0.01, "p = {p_value}: {} more mistakes of {}", gained.iter().sum::<i64>(), gained.len());
}

/// Returns a teacher that predicts 5 for every image.
fn always_five() -> Checkpoint {
    let mut variables = VarStore::new(Device::Cpu);
    let cnn = Cnn::new(&variables.root(), Architecture::Small);
    let _no_grad = tch::no_grad_guard();
    let logits: Vec<f32> = (0..12).map(|class| if class == 5 { 30.0 } else { 0.0 }).collect();
    let named = variables.variables();
    let _ = named["head.weight"].shallow_clone().zero_();
    named["head.bias"].shallow_clone().copy_(&Tensor::from_slice(&logits));
    variables.freeze();
    Checkpoint { card: fixture::card(), variables, cnn }
}

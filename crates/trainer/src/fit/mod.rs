//! `trainer fit`: trains a network from random weights and writes a model.

mod ema;
mod optimiser;
mod options;
mod progress;
mod promotion;
mod schedule;
#[cfg(test)]
mod promotion_tests;
#[cfg(test)]
mod tests;
mod training;

use crate::{
    calibrate::{HoldOut, calibrate},
    data::Data,
    data_mixture::DataMixture,
    evaluate,
    events::EventFile,
    report,
    sample_set::{self, SampleSet},
    split::{Part, Split},
    training_history::{self, EpochLog},
};
use anyhow::ensure;
use network::{Calibration, HoldOutScore, Hyperparameters, ModelCard, ModelVersion};
pub use options::{FitOptions, Precision, TrainingRecipe};
use progress::Progress;
pub use promotion::Promotion;
use std::{fs, path::Path};
use tch::Device;
use time::OffsetDateTime;
use training::Training;

/// Trains, calibrates, writes and evaluates a model, and promotes it if the options and the gate allow that.
///
/// # Errors
/// When the data cannot be loaded, the options contradict each other or the model cannot be written.
pub fn run(options: &FitOptions) -> anyhow::Result<Promotion> {
    let version = options.version()?;
    let folder = options.models.join(version.as_str());
    ensure!(!folder.exists(), "{} exists already; name the new model with --version", folder.display());
    tch::set_num_threads(i32::try_from(options.threads)?);
    tch::manual_seed(i64::from_ne_bytes(options.recipe.seed.to_ne_bytes()));

    let mut split = Split::new(Data::load(options.data.as_deref())?, options.recipe.limit);
    let run = Run { options, version: &version, command: options.command(), on_epoch: &mut |_| () };
    train(run, &mut split)?;
    write_evaluation(&options.models, &version, &split)?;
    if options.promote { promotion::promote(options, &version, &split.holdout) } else { Ok(Promotion::NotRequested) }
}

/// A training run.
pub(crate) struct Run<'a> {
    pub(crate) options: &'a FitOptions,
    pub(crate) version: &'a ModelVersion,
    /// The command on the card.
    pub(crate) command: String,
    /// Learns of each completed epoch.
    pub(crate) on_epoch: &'a mut dyn FnMut(&EpochLog),
}

/// Whether there is the state of an interrupted run.
pub(crate) fn is_interrupted(models: &Path, version: &ModelVersion) -> bool {
    progress::path(models, version).exists()
}

/// Trains and calibrates a network, and writes the model. It takes the training part of the data. An interrupted run resumes.
pub(crate) fn train(mut run: Run, split: &mut Split) -> anyhow::Result<()> {
    let (options, version) = (run.options, run.version);
    let holdouts = sample_set::holdouts(&split.holdout);
    let mixture = mixture(split.take_train(), options)?;
    let mut training = training(options)?;
    let state = progress::path(&options.models, version);
    let progress = train_epochs(&mut training, &mixture, &holdouts, &state, &mut run)?;

    let (calibration, scores) = calibrate_and_score(&training, &holdouts)?;
    let card = ModelCard {
        version: version.clone(),
        architecture: options.recipe.architecture,
        parameters: training.parameters(),
        preprocessing: digit::preprocessing::VERSION.to_owned(),
        calibration,
        command: run.command,
        machine: machine(),
        trained_at: OffsetDateTime::now_utc(),
        training_seconds: progress.seconds(),
        seed: options.recipe.seed,
        data: split.files.clone(),
        hyperparameters: hyperparameters(options, mixture.epoch(1).len()),
        holdouts: scores,
        golden: Vec::new(),            // `save` sets it
        weights_sha256: String::new(), // `save` sets it
    };
    let folder = network::save(&options.models, card, &training.ema.variables)?;
    training_history::write(&folder, &progress.epochs)?;
    progress::remove(&state)?;
    println!("wrote {}", folder.display());
    Ok(())
}

/// Evaluates the new model, prints the table, and writes `evaluation.json` and `report.html` to the model's folder.
fn write_evaluation(models: &Path, version: &ModelVersion, split: &Split) -> anyhow::Result<()> {
    let folder = models.join(version.as_str());
    let evaluation = evaluate::evaluate(models, &network::load(models, version)?, split)?;
    println!("{}", evaluation.table());
    evaluation.write_json(&folder.join("evaluation.json"))?;
    report::write(&folder.join("report.html"), &evaluation)
}

/// Returns the data mixture of the epochs.
fn mixture(train: Part, options: &FitOptions) -> anyhow::Result<DataMixture> {
    ensure!(train.scans.len() >= options.recipe.batch_size, "--limit leaves too few images for a batch");
    println!(
        "training on {} scanned digits, {} pen digits, {} characters that are not digits and {} collected drawings",
        train.scans.len(),
        train.pen.len(),
        train.characters.len(),
        train.collected.len()
    );
    let mixture = DataMixture::new(options.recipe.seed, train.scans, train.pen, train.characters);
    Ok(mixture.with_collected(train.collected))
}

/// Returns a network with random weights, and its teachers.
fn training(options: &FitOptions) -> anyhow::Result<Training> {
    let device = Device::cuda_if_available();
    let teachers = options.teachers.iter().map(|teacher| network::open(&options.models, teacher, device));
    Training::new(options, teachers.collect::<Result<_, _>>()?, device)
}

/// Trains all remaining epochs, and saves the state of the run after each.
fn train_epochs(
    training: &mut Training,
    mixture: &DataMixture,
    holdouts: &[SampleSet],
    state: &Path,
    run: &mut Run,
) -> anyhow::Result<Progress> {
    let Run { options, version, .. } = *run;
    let mut progress = training.resume(state, &options.settings())?;
    if let Some(last) = progress.epochs.last() {
        println!("resuming after epoch {}, from {}", last.epoch, state.display());
    }
    let events = options.log_dir.as_ref().map(|logs| EventFile::start(&logs.join(version.as_str()), version.as_str()));
    let mut events = events.transpose()?;
    for number in progress.next()..=options.recipe.epochs {
        let log = training.epoch(number, mixture, holdouts, options)?;
        println!("{}", line(&log, options.recipe.epochs));
        (run.on_epoch)(&log);
        if let Some(events) = &mut events {
            events.add(log.epoch, &log.scalars())?;
        }
        progress.add(log, training.steps());
        training.save(state, &progress)?;
    }
    training.recalibrate(mixture, options)?;
    Ok(progress)
}

/// Returns the log line of an epoch.
fn line(log: &EpochLog, epochs: u32) -> String {
    let sets = log.holdouts.iter().map(|score| match score.accuracy {
        Some(accuracy) => format!("{:.2} %", accuracy.share * 100.0),
        None => format!("{:.1} % rejected", score.rejection_rate.share * 100.0),
    });
    format!(
        "epoch {:2}/{epochs}  loss {:.4}  accuracy {:.2} %  held out: {}  ({:.0} s)",
        log.epoch,
        log.loss,
        log.accuracy * 100.0,
        sets.collect::<Vec<_>>().join(", "),
        log.seconds,
    )
}

/// Fits the calibration to the held-out sets, and scores the sets with it.
fn calibrate_and_score(
    training: &Training,
    holdouts: &[SampleSet],
) -> anyhow::Result<(Calibration, Vec<HoldOutScore>)> {
    let logits = holdouts.iter().map(|set| training.logits(set)).collect::<anyhow::Result<Vec<_>>>()?;
    let fitted = || holdouts.iter().zip(&logits).map(|(set, logits)| HoldOut { logits, classes: &set.classes });
    let digits: Vec<HoldOut> = fitted().filter(HoldOut::has_digits).collect();
    let calibration = calibrate(&digits);
    println!("temperature {:.3}, rejection threshold {:.3}", calibration.temperature, calibration.rejection_threshold);
    let score = |(set, logits): (&SampleSet, &Vec<_>)| {
        let score = set.score(logits, calibration);
        println!("{:50}  {} errors, {} rejected of {}", score.set, score.errors, score.rejected, score.samples);
        HoldOutScore { set: score.set, samples: score.samples, errors: score.errors, rejected: score.rejected }
    };
    Ok((calibration, holdouts.iter().zip(&logits).map(score).collect()))
}

fn hyperparameters(options: &FitOptions, samples: usize) -> Hyperparameters {
    Hyperparameters {
        epochs: options.recipe.epochs,
        batch_size: options.recipe.batch_size,
        samples,
        peak_learning_rate: options.recipe.learning_rate,
        weight_decay: optimiser::WEIGHT_DECAY,
        ema_decay: ema::DECAY,
        label_smoothing: training::LABEL_SMOOTHING,
        precision: options.recipe.precision.name().to_owned(),
        teachers: options.teachers.clone(),
    }
}

/// Returns the processor's name and number of cores, or the graphics cards.
fn machine() -> String {
    if tch::Cuda::is_available() {
        return format!("{} CUDA device(s)", tch::Cuda::device_count());
    }
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    format!("{} cores of {}", options::cores(), name.map_or("an unknown processor", |(_, name)| name))
}

//! `trainer fit`: trains a network from nothing and writes it as a model.

mod average;
pub mod history;
mod optimiser;
mod progress;
mod schedule;
#[cfg(test)]
mod tests;
mod training;

use crate::{
    calibrate::{HoldOut, calibrate},
    data::Data,
    evaluate,
    events::EventFile,
    recipe::Recipe,
    sets::{self, Set},
    split::Split,
};
use anyhow::ensure;
use clap::{Args, ValueEnum};
use network::{Architecture, Calibration, HoldOutScore, Hyperparameters, ModelCard, ModelVersion};
pub use progress::EpochLog;
use std::path::PathBuf;
use tch::{Device, Kind};
use time::OffsetDateTime;
use training::Training;

/// What `trainer fit` can be told.
#[derive(Debug, Clone, Args)]
pub struct FitOptions {
    /// Folder with the folders mnist, pen and omniglot, of which the last two may be absent [default: download all once
    /// into ~/.cache/digits].
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Folder that models are written to.
    #[arg(long, default_value = "models")]
    pub models: PathBuf,
    /// The new model's name [default: <architecture>-<today>]. A run that was stopped goes on if it is named again.
    #[arg(long)]
    pub version: Option<ModelVersion>,
    /// Makes the new model the champion, the one that serves.
    #[arg(long)]
    pub promote: bool,
    /// The network's size: cnn6-small, cnn6-medium or cnn6-large.
    #[arg(long, default_value_t = Architecture::Medium)]
    pub architecture: Architecture,
    /// Passes over the training set.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    pub epochs: u32,
    /// Samples a step.
    #[arg(long, default_value_t = 128, value_parser = at_least_one)]
    pub batch_size: usize,
    /// The highest learning rate of the one-cycle schedule.
    #[arg(long, default_value_t = 2e-3)]
    pub learning_rate: f64,
    /// What all random numbers are drawn from.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Trains on this many scanned digits only, and is judged by as many at the end.
    #[arg(long)]
    pub limit: Option<usize>,
    /// What the convolutions compute in. Processors and graphics cards that know bfloat16 take little more than half
    /// the time with it.
    #[arg(long, value_enum, default_value_t = Precision::F32)]
    pub precision: Precision,
    /// A model to learn from besides the labels; can be given several times.
    #[arg(long = "teacher")]
    pub teachers: Vec<ModelVersion>,
    /// Writes TensorBoard's event files to a folder with the model's name in this one.
    #[arg(long)]
    pub log_dir: Option<PathBuf>,
    /// Threads that LibTorch computes with. On two cores one is enough: the other draws samples.
    #[arg(long, default_value_t = cores(), value_parser = at_least_one)]
    pub threads: usize,
    /// Threads that draw samples.
    #[arg(long, default_value_t = cores(), value_parser = at_least_one)]
    pub loaders: usize,
}

/// The kind of number that convolutions are trained in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    /// 32 bits.
    F32,
    /// bfloat16: as wide a range with fewer digits.
    Bf16,
}

impl Precision {
    const fn kind(self) -> Kind {
        match self {
            Self::F32 => Kind::Float,
            Self::Bf16 => Kind::BFloat16,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
        }
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&number| number > 0).ok_or_else(|| "must be a number from 1".to_owned())
}

/// Trains, calibrates and writes a model.
///
/// # Errors
/// When the data cannot be had, the options make no sense or the model cannot be written.
pub fn run(options: &FitOptions) -> anyhow::Result<()> {
    let version = options.version.clone().map_or_else(|| version_of_today(options.architecture), Ok)?;
    let folder = options.models.join(version.as_str());
    ensure!(!folder.exists(), "{} exists already; name the new model with --version", folder.display());
    tch::set_num_threads(i32::try_from(options.threads)?);
    tch::manual_seed(i64::from_ne_bytes(options.seed.to_ne_bytes()));

    let mut split = Split::new(Data::load(options.data.as_deref())?, options.limit);
    let holdouts = sets::holdouts(&split.holdout);
    ensure!(split.train.scans.len() >= options.batch_size, "--limit leaves too few images for a batch");
    let train = split.take_train();
    println!(
        "training on {} scanned digits, {} pen digits and {} strangers",
        train.scans.len(),
        train.pen.len(),
        train.characters.len()
    );
    let recipe = Recipe::new(options.seed, train.scans, train.pen, train.characters);

    let device = Device::cuda_if_available();
    let teachers = options.teachers.iter().map(|teacher| network::open(&options.models, teacher, device));
    let mut training = Training::new(options, teachers.collect::<Result<_, _>>()?, device)?;
    let state = progress::path(&options.models, &version);
    let mut progress = training.resume(&state, &settings(options))?;
    if let Some(last) = progress.epochs.last() {
        println!("going on after epoch {}, from {}", last.epoch, state.display());
    }
    let events = options.log_dir.as_ref().map(|logs| EventFile::start(&logs.join(version.as_str()), version.as_str()));
    let mut events = events.transpose()?;
    for number in progress.next()..=options.epochs {
        let log = training.epoch(number, &recipe, &holdouts, options)?;
        println!("{}", line(&log, options.epochs));
        if let Some(events) = &mut events {
            events.add(log.epoch, &log.scalars())?;
        }
        progress.add(log, training.steps());
        training.save(&state, &progress)?;
    }
    training.recalibrate(&recipe, options)?;

    let (calibration, scores) = judge(&training, &holdouts)?;
    let card = ModelCard {
        version: version.clone(),
        architecture: options.architecture,
        parameters: training.parameters(),
        preprocessing: digit::ink::VERSION.to_owned(),
        calibration,
        command: format!(
            "trainer fit {} --threads {} --loaders {}",
            settings(options),
            options.threads,
            options.loaders
        ),
        machine: machine(),
        trained_at: OffsetDateTime::now_utc(),
        training_seconds: progress.seconds(),
        seed: options.seed,
        data: split.files.clone(),
        hyperparameters: hyperparameters(options, recipe.epoch(1).len()),
        holdouts: scores,
        weights_sha256: String::new(), // known once they are written
    };
    let folder = network::save(&options.models, card, &training.average.variables)?;
    history::write(&folder, &progress.epochs)?;
    std::fs::remove_file(state)?;
    println!("wrote {}", folder.display());
    if options.promote {
        version.promote(&options.models)?;
        println!("{version} is the champion now");
    }
    evaluate::publish(&options.models, &version, &split)
}

fn version_of_today(architecture: Architecture) -> anyhow::Result<ModelVersion> {
    Ok(format!("{architecture}-{}", OffsetDateTime::now_utc().date()).parse()?)
}

/// The settings that decide what comes out.
fn settings(options: &FitOptions) -> String {
    let teachers = options.teachers.iter().flat_map(|teacher| [" --teacher ", teacher.as_str()]).collect::<String>();
    let limit = options.limit.map_or(String::new(), |limit| format!(" --limit {limit}"));
    format!(
        "--architecture {} --epochs {} --batch-size {} --learning-rate {} --seed {} --precision {}{limit}{teachers}",
        options.architecture,
        options.epochs,
        options.batch_size,
        options.learning_rate,
        options.seed,
        options.precision.name(),
    )
}

/// One line for people who watch or read the log.
fn line(log: &EpochLog, epochs: u32) -> String {
    let sets = log.holdouts.iter().map(|score| match score.accuracy {
        Some(accuracy) => format!("{:.2} %", accuracy.share * 100.0),
        None => format!("{:.1} % refused", score.refused.share * 100.0),
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

/// Fits the calibration on the hold-outs, and scores them with it.
fn judge(training: &Training, holdouts: &[Set]) -> anyhow::Result<(Calibration, Vec<HoldOutScore>)> {
    let logits = holdouts.iter().map(|set| training.logits(set)).collect::<anyhow::Result<Vec<_>>>()?;
    let fitted = || holdouts.iter().zip(&logits).map(|(set, logits)| HoldOut { logits, classes: &set.classes });
    let digits: Vec<HoldOut> = fitted().filter(HoldOut::has_digits).collect();
    let calibration = calibrate(&digits);
    println!("temperature {:.3}, refused above {:.3}", calibration.temperature, calibration.refusal);
    let score = |(set, logits): (&Set, &Vec<_>)| {
        let score = set.score(logits, calibration);
        println!("{:50}  {} wrong, {} refused of {}", score.set, score.errors, score.refusals, score.samples);
        HoldOutScore { set: score.set, samples: score.samples, errors: score.errors, refused: score.refusals }
    };
    Ok((calibration, holdouts.iter().zip(&logits).map(score).collect()))
}

fn hyperparameters(options: &FitOptions, samples: usize) -> Hyperparameters {
    Hyperparameters {
        epochs: options.epochs,
        batch_size: options.batch_size,
        samples,
        peak_learning_rate: options.learning_rate,
        weight_decay: optimiser::WEIGHT_DECAY,
        average_decay: average::DECAY,
        label_smoothing: training::LABEL_SMOOTHING,
        precision: options.precision.name().to_owned(),
        teachers: options.teachers.clone(),
    }
}

/// The processor's name and how many cores there are, or the graphics card.
fn machine() -> String {
    if tch::Cuda::is_available() {
        return format!("{} CUDA device(s)", tch::Cuda::device_count());
    }
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    format!("{} cores of {}", cores(), name.map_or("an unknown processor", |(_, name)| name))
}

//! The options of `trainer fit`.

use clap::{Args, ValueEnum};
use network::{Architecture, ModelVersion};
use std::path::PathBuf;
use tch::Kind;
use time::OffsetDateTime;

/// The options of `trainer fit`.
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
    /// The network's size: cnn6-small, cnn6-medium, cnn6-large or cnn6-huge.
    #[arg(long, default_value_t = Architecture::Large)]
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
    /// The seed of all random numbers.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Trains on this many scanned digits only, and evaluates on as many.
    #[arg(long)]
    pub limit: Option<usize>,
    /// The kind of number that the convolutions compute in. Processors and graphics cards that know bfloat16 take little more than half
    /// the time with it.
    #[arg(long, value_enum, default_value_t = Precision::F32)]
    pub precision: Precision,
    /// A teacher for distillation, besides the labels; can be given several times.
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

impl FitOptions {
    /// The new model's name.
    pub(super) fn version(&self) -> anyhow::Result<ModelVersion> {
        if let Some(version) = &self.version {
            return Ok(version.clone());
        }
        Ok(format!("{}-{}", self.architecture, OffsetDateTime::now_utc().date()).parse()?)
    }

    /// The settings that decide the result.
    pub(super) fn settings(&self) -> String {
        let teachers = self.teachers.iter().flat_map(|teacher| [" --teacher ", teacher.as_str()]).collect::<String>();
        let limit = self.limit.map_or(String::new(), |limit| format!(" --limit {limit}"));
        format!(
            "--architecture {} --epochs {} --batch-size {} --learning-rate {} --seed {} --precision {}{limit}{teachers}",
            self.architecture,
            self.epochs,
            self.batch_size,
            self.learning_rate,
            self.seed,
            self.precision.name(),
        )
    }

    /// The command that trains the same model again, wherever its data lies.
    pub(super) fn command(&self) -> String {
        format!("trainer fit {} --threads {} --loaders {}", self.settings(), self.threads, self.loaders)
    }
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
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::F32 => Kind::Float,
            Self::Bf16 => Kind::BFloat16,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
        }
    }
}

pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&number| number > 0).ok_or_else(|| "must be a number from 1".to_owned())
}

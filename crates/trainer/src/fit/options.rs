//! The options of `trainer fit`.

use clap::{Args, ValueEnum};
use network::{Architecture, ModelVersion};
use std::path::PathBuf;
use tch::Kind;
use time::OffsetDateTime;

/// The options of `trainer fit`.
#[derive(Debug, Clone, Args)]
pub struct FitOptions {
    /// Folder with the data sets mnist, pen and omniglot; the last two are optional [default: download all once into
    /// ~/.cache/digits].
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Folder to write the model to.
    #[arg(long, default_value = "models")]
    pub models: PathBuf,
    /// The new model's name [default: <architecture>-<today>]. The name of an interrupted run resumes it.
    #[arg(long)]
    pub version: Option<ModelVersion>,
    /// Compares the new model with the champion, and makes it the champion if it is better. The model service serves the
    /// champion.
    #[arg(long)]
    pub promote: bool,
    /// Promotes the new model whatever the comparison says. The log and the card show it.
    #[arg(long, requires = "promote")]
    pub force: bool,
    /// Collected drawings for the comparison: lines of JSON with `id`, `writer`, `true_label` and `bitmap`.
    #[arg(long, requires = "promote")]
    pub collected: Option<PathBuf>,
    /// The network and its schedule.
    #[command(flatten)]
    pub recipe: TrainingRecipe,
    /// A teacher for distillation, in addition to the labels. The option can be repeated.
    #[arg(long = "teacher")]
    pub teachers: Vec<ModelVersion>,
    /// Writes TensorBoard's event files to a folder with the model's name in this folder.
    #[arg(long)]
    pub log_dir: Option<PathBuf>,
    /// Threads of LibTorch. On two cores, use one thread: the other core draws samples.
    #[arg(long, default_value_t = cores(), value_parser = at_least_one)]
    pub threads: usize,
    /// Threads that draw samples.
    #[arg(long, default_value_t = cores(), value_parser = at_least_one)]
    pub loaders: usize,
}

/// The network and the schedule of its training.
#[derive(Debug, Clone, Copy, Args)]
pub struct TrainingRecipe {
    /// The network's size: cnn6-small, cnn6-medium, cnn6-large or cnn6-huge.
    #[arg(long, default_value_t = Architecture::Large)]
    pub architecture: Architecture,
    /// Passes over the training set.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    pub epochs: u32,
    /// Samples per step.
    #[arg(long, default_value_t = 128, value_parser = at_least_one)]
    pub batch_size: usize,
    /// The highest learning rate of the one-cycle schedule.
    #[arg(long, default_value_t = 2e-3)]
    pub learning_rate: f64,
    /// The seed of all random numbers.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Trains on this many scanned digits only, and evaluates on the same number.
    #[arg(long)]
    pub limit: Option<usize>,
    /// The number format of the convolutions. Hardware with bfloat16 support takes little more than half the time with
    /// it.
    #[arg(long, value_enum, default_value_t = Precision::F32)]
    pub precision: Precision,
}

impl FitOptions {
    /// Returns the new model's name.
    pub(super) fn version(&self) -> anyhow::Result<ModelVersion> {
        if let Some(version) = &self.version {
            return Ok(version.clone());
        }
        Ok(format!("{}-{}", self.recipe.architecture, OffsetDateTime::now_utc().date()).parse()?)
    }

    /// Returns the settings that determine the result.
    pub(crate) fn settings(&self) -> String {
        let teachers = self.teachers.iter().flat_map(|teacher| [" --teacher ", teacher.as_str()]).collect::<String>();
        let limit = self.recipe.limit.map_or(String::new(), |limit| format!(" --limit {limit}"));
        let TrainingRecipe { architecture, epochs, batch_size, learning_rate, seed, precision, .. } = self.recipe;
        let precision = precision.name();
        format!(
            "--architecture {architecture} --epochs {epochs} --batch-size {batch_size} --learning-rate {learning_rate} \
             --seed {seed} --precision {precision}{limit}{teachers}"
        )
    }

    /// Returns the command that trains the same model again, without the paths of data. It
    /// shows whether the promotion was forced.
    pub(super) fn command(&self) -> String {
        let force = if self.force { " --promote --force" } else { "" };
        format!("trainer fit {} --threads {} --loaders {}{force}", self.settings(), self.threads, self.loaders)
    }
}

/// The number format of the convolutions in training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    /// 32 bits.
    F32,
    /// bfloat16: the range of 32 bits with fewer digits.
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
    text.parse().ok().filter(|&number| number > 0).ok_or_else(|| "must be a number of at least 1".to_owned())
}

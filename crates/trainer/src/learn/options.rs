//! The options of `trainer learn`.

use super::ApiUrl;
use crate::fit::TrainingRecipe;
use clap::Args;
use std::{path::PathBuf, time::Duration};

/// The options of `trainer learn`.
#[derive(Debug, Clone, Args)]
pub struct LearnOptions {
    /// Address of the service, such as <https://digits.example>.
    #[arg(long, env = "API_URL")]
    pub api: ApiUrl,
    /// A file whose first line is an API token with the scopes `training` and `models:read`. The trainer reads it before each
    /// request. A service with open access needs none.
    #[arg(long, env = "API_TOKEN_FILE")]
    pub token_file: Option<PathBuf>,
    /// Folder with the data sets mnist, pen and omniglot; the last two are optional [default: download all once into
    /// ~/.cache/digits].
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Folder for the files of the run, from which an interrupted run resumes. The trainer deletes them when the run ends.
    #[arg(long, default_value = "models/.learn")]
    pub models: PathBuf,
    /// Stays and trains again when this time has passed since the last run and there are new examples, such as 7d.
    #[arg(long, env = "TRAIN_EVERY", value_parser = humantime::parse_duration)]
    pub every: Option<Duration>,
    /// Stays and trains again when there are this many new examples.
    #[arg(long, env = "TRAIN_AFTER", value_parser = clap::value_parser!(u64).range(1..))]
    pub after: Option<u64>,
    /// The network and its schedule.
    #[command(flatten)]
    pub recipe: TrainingRecipe,
    /// Threads of LibTorch. One leaves the other cores to the services.
    #[arg(long, default_value_t = 1)]
    pub threads: usize,
    /// Threads that draw samples.
    #[arg(long, default_value_t = 1)]
    pub loaders: usize,
}

impl LearnOptions {
    /// The folder of the run under way: its models, its state and the file that names it.
    pub(super) fn run_folder(&self) -> PathBuf {
        self.models.join("run")
    }
}

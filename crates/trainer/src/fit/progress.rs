//! The saved state of a training run, from which an interrupted run resumes.

use super::{ema::Ema, optimiser::AdamW};
use crate::training_history::EpochLog;
use anyhow::{Context, ensure};
use network::{read_variables, write_variables};
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use tch::{Tensor, nn::VarStore};

/// The completed epochs, and the settings of the run.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// The settings that determine the result. A run with other settings must not resume this one.
    pub(super) settings: String,
    pub(super) steps: i32,
    pub(super) epochs: Vec<EpochLog>,
}

impl Progress {
    /// Returns the number of the next epoch, from 1.
    pub(super) fn next(&self) -> u32 {
        self.epochs.last().map_or(1, |last| last.epoch + 1)
    }

    /// Adds an epoch. `steps` is the number of the optimiser's steps so far.
    pub(super) fn add(&mut self, log: EpochLog, steps: i32) {
        self.epochs.push(log);
        self.steps = steps;
    }

    /// Returns the duration of all epochs, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.epochs.iter().map(|log| log.seconds).sum()
    }
}

/// Returns the path of a run's state: a hidden file in the folder of the models.
pub(super) fn path(models: &Path, version: &network::ModelVersion) -> PathBuf {
    models.join(format!(".{version}.training"))
}

/// Writes the state of a run. A reader finds the old or the new state, never a part.
pub(super) fn save(
    path: &Path,
    progress: &Progress,
    variables: &VarStore,
    ema: &Ema,
    optimiser: &AdamW,
) -> anyhow::Result<()> {
    let unfinished = path.with_extension("training.new");
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    let tensors = state(variables, ema, optimiser);
    write_variables(&unfinished, tensors, &serde_json::to_string(progress)?)?;
    fs::rename(&unfinished, path).with_context(|| format!("{}", path.display()))
}

/// Deletes the state of a run, if there is one.
pub(super) fn remove(path: &Path) -> anyhow::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.with_context(|| format!("{}", path.display())),
    }
}

/// Reads the state of a run into the variables, if the file exists.
pub(super) fn resume(
    path: &Path,
    settings: &str,
    variables: &VarStore,
    ema: &Ema,
    optimiser: &mut AdamW,
) -> anyhow::Result<Progress> {
    if !path.exists() {
        return Ok(Progress { settings: settings.to_owned(), ..Progress::default() });
    }
    let notes = read_variables(path, state(variables, ema, optimiser))?;
    let progress: Progress = serde_json::from_str(&notes).with_context(|| format!("{}", path.display()))?;
    ensure!(
        progress.settings == settings,
        "{} is the state of a run with other settings:\n  {}\nnot\n  {settings}\nDelete it, or name this run with --version",
        path.display(),
        progress.settings,
    );
    optimiser.set_steps(progress.steps);
    Ok(progress)
}

/// Returns all tensors that training changes, by name.
fn state(variables: &VarStore, ema: &Ema, optimiser: &AdamW) -> Vec<(String, Tensor)> {
    let weights = variables.variables().into_iter().map(|(name, tensor)| (format!("weights.{name}"), tensor));
    let emas = ema.variables.variables().into_iter().map(|(name, tensor)| (format!("ema.{name}"), tensor));
    let moments = optimiser.state().map(|(name, tensor)| (format!("moments.{name}"), tensor.shallow_clone()));
    weights.chain(emas).chain(moments).collect()
}

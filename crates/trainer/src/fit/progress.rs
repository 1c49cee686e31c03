//! What a training run has done so far, on disk after each epoch, so that a run that was killed goes on from there.

use super::{average::Average, optimiser::AdamW};
use crate::{events::Scalar, score::Score};
use anyhow::{Context, ensure};
use network::{read_variables, write_variables};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tch::{Tensor, nn::VarStore};

/// What one epoch came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochLog {
    /// Its number, from 1.
    pub epoch: u32,
    /// The mean loss of its batches.
    pub loss: f64,
    /// The share of its samples that were named rightly while it learned from them.
    pub accuracy: f64,
    /// The learning rate at its end.
    pub learning_rate: f64,
    /// How the averaged network does on the hold-outs.
    pub holdouts: Vec<Score>,
    /// How long it took.
    pub seconds: f64,
}

impl EpochLog {
    /// What TensorBoard shows of it.
    pub(super) fn scalars(&self) -> Vec<Scalar> {
        let mut scalars = vec![
            Scalar::new("loss/training", self.loss),
            Scalar::new("accuracy/training", self.accuracy),
            Scalar::new("learning_rate", self.learning_rate),
            Scalar::new("seconds", self.seconds),
        ];
        for score in &self.holdouts {
            let values = [
                ("loss", score.loss),
                ("accuracy", score.accuracy.map(|share| share.share)),
                ("calibration_error", score.calibration_error),
                ("refused", Some(score.refused.share)),
            ];
            let known = values.into_iter().filter_map(|(name, value)| Some((name, value?)));
            scalars.extend(known.map(|(name, value)| Scalar::new(format!("{name}/{}", score.set), value)));
        }
        scalars
    }
}

/// The epochs that are done, and what they were made with.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// The settings that decide the result. A run with others must not continue this one.
    pub(super) settings: String,
    pub(super) steps: i32,
    pub(super) epochs: Vec<EpochLog>,
}

impl Progress {
    /// The number of the next epoch, from 1.
    pub(super) fn next(&self) -> u32 {
        self.epochs.last().map_or(1, |last| last.epoch + 1)
    }

    /// Takes an epoch down, after which the optimiser has made so many steps.
    pub(super) fn add(&mut self, log: EpochLog, steps: i32) {
        self.epochs.push(log);
        self.steps = steps;
    }

    /// How long all epochs took.
    pub(super) fn seconds(&self) -> f64 {
        self.epochs.iter().map(|log| log.seconds).sum()
    }
}

/// Where the progress of a run is kept: beside the finished models, hidden.
pub(super) fn path(models: &Path, version: &network::ModelVersion) -> PathBuf {
    models.join(format!(".{version}.training"))
}

/// Writes the state of a run. A reader finds the old state or the new one, never half of it.
pub(super) fn save(
    path: &Path,
    progress: &Progress,
    variables: &VarStore,
    average: &Average,
    optimiser: &AdamW,
) -> anyhow::Result<()> {
    let unfinished = path.with_extension("training.new");
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    let tensors = state(variables, average, optimiser);
    write_variables(&unfinished, tensors, &serde_json::to_string(progress)?)?;
    fs::rename(&unfinished, path).with_context(|| format!("{}", path.display()))
}

/// Reads the state of a run into the variables, if there is one.
pub(super) fn resume(
    path: &Path,
    settings: &str,
    variables: &VarStore,
    average: &Average,
    optimiser: &mut AdamW,
) -> anyhow::Result<Progress> {
    if !path.exists() {
        return Ok(Progress { settings: settings.to_owned(), ..Progress::default() });
    }
    let notes = read_variables(path, state(variables, average, optimiser))?;
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

/// Everything that training changes, by name.
fn state(variables: &VarStore, average: &Average, optimiser: &AdamW) -> Vec<(String, Tensor)> {
    let weights = variables.variables().into_iter().map(|(name, tensor)| (format!("weights.{name}"), tensor));
    let averages = average.variables.variables().into_iter().map(|(name, tensor)| (format!("average.{name}"), tensor));
    let moments = optimiser.state().map(|(name, tensor)| (format!("moments.{name}"), tensor.shallow_clone()));
    weights.chain(averages).chain(moments).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Share;

    #[test]
    fn strangers_have_no_accuracy_to_show() {
        let score = |set: &str, accuracy| Score {
            set: set.to_owned(),
            samples: 4,
            errors: 0,
            accuracy,
            refusals: 1,
            refused: Share::of(1, 4),
            loss: accuracy.map(|_| 0.5),
            calibration_error: accuracy.map(|_| 0.1),
            error_at_95_coverage: None,
        };
        let log = EpochLog {
            epoch: 1,
            loss: 0.4,
            accuracy: 0.9,
            learning_rate: 1e-3,
            holdouts: vec![score("digits", Some(Share::of(4, 4))), score("scribbles", None)],
            seconds: 2.0,
        };
        let tags: Vec<String> = log.scalars().into_iter().map(|scalar| scalar.tag).collect();
        let of_sets =
            ["loss/digits", "accuracy/digits", "calibration_error/digits", "refused/digits", "refused/scribbles"];
        assert_eq!(tags[4..], of_sets);
    }
}

//! The training history: the results of each epoch, in `<models>/<version>/training-history.json`.

use crate::{events::Scalar, score::Score};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::{fs, io::ErrorKind, path::Path};

const HISTORY: &str = "training-history.json";

/// The results of one epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochLog {
    /// The number of the epoch, from 1.
    pub epoch: u32,
    /// The mean loss of the batches.
    pub loss: f64,
    /// The accuracy on the training samples, measured during training.
    pub accuracy: f64,
    /// The learning rate at the end of the epoch.
    pub learning_rate: f64,
    /// The averaged network's scores on the held-out sets.
    pub holdouts: Vec<Score>,
    /// The duration of the epoch, in seconds.
    pub seconds: f64,
}

impl EpochLog {
    /// Returns the scalars for TensorBoard.
    pub(crate) fn scalars(&self) -> Vec<Scalar> {
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
                ("rejection_rate", Some(score.rejection_rate.share)),
            ];
            let known = values.into_iter().filter_map(|(name, value)| Some((name, value?)));
            scalars.extend(known.map(|(name, value)| Scalar::new(format!("{name}/{}", score.set), value)));
        }
        scalars
    }
}

/// Writes the training history to a model's folder.
///
/// # Errors
/// When the file cannot be written.
pub fn write(folder: &Path, epochs: &[EpochLog]) -> anyhow::Result<()> {
    let path = folder.join(HISTORY);
    fs::write(&path, serde_json::to_string(epochs)? + "\n").with_context(|| format!("{}", path.display()))
}

/// Reads the training history of a model. It is empty if the file does not exist.
///
/// # Errors
/// When the file exists and cannot be read.
pub fn read(folder: &Path) -> anyhow::Result<Vec<EpochLog>> {
    let path = folder.join(HISTORY);
    let json = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.with_context(|| format!("{}", path.display()))?,
    };
    serde_json::from_str(&json).with_context(|| format!("{}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture, score::Rate};

    #[test]
    fn a_training_history_is_read_back_and_a_missing_one_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), []);
        write(folder.path(), &[fixture::epoch()]).unwrap();
        assert_eq!(read(folder.path()).unwrap(), [fixture::epoch()]);
        fs::write(folder.path().join(HISTORY), "[{]").unwrap();
        assert!(read(folder.path()).unwrap_err().to_string().contains(HISTORY));
    }

    #[test]
    fn negatives_have_no_accuracy_scalar() {
        let score = |set: &str, accuracy| Score {
            set: set.to_owned(),
            samples: 4,
            errors: 0,
            accuracy,
            rejected: 1,
            rejection_rate: Rate::of(1, 4),
            loss: accuracy.map(|_| 0.5),
            calibration_error: accuracy.map(|_| 0.1),
            error_at_95_coverage: None,
        };
        let log = EpochLog {
            epoch: 1,
            loss: 0.4,
            accuracy: 0.9,
            learning_rate: 1e-3,
            holdouts: vec![score("digits", Some(Rate::of(4, 4))), score("scribbles", None)],
            seconds: 2.0,
        };
        let tags: Vec<String> = log.scalars().into_iter().map(|scalar| scalar.tag).collect();
        let of_sets = [
            "loss/digits",
            "accuracy/digits",
            "calibration_error/digits",
            "rejection_rate/digits",
            "rejection_rate/scribbles",
        ];
        assert_eq!(tags[4..], of_sets);
    }
}

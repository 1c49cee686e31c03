//! The rows of the report's tables.

use super::figures;
use crate::{
    score::{Rate, Score},
    training_history::EpochLog,
};

/// The score of a set.
#[derive(Debug)]
pub(super) struct ScoreRow {
    pub(super) set: String,
    pub(super) samples: String,
    pub(super) accuracy: String,
    pub(super) errors: String,
    pub(super) rejected: String,
    pub(super) loss: String,
    pub(super) calibration_error: String,
    pub(super) error_at_95_coverage: String,
}

impl From<&Score> for ScoreRow {
    fn from(score: &Score) -> Self {
        Self {
            set: score.set.clone(),
            samples: figures::count(score.samples),
            accuracy: score.accuracy.as_ref().map(Rate::to_string).unwrap_or_default(),
            errors: figures::count(score.errors),
            rejected: score.rejection_rate.to_string(),
            loss: four_decimals(score.loss),
            calibration_error: four_decimals(score.calibration_error),
            error_at_95_coverage: score.error_at_95_coverage.map(figures::percent).unwrap_or_default(),
        }
    }
}

/// The name and the last values of a curve.
#[derive(Debug)]
pub(super) struct LegendRow {
    pub(super) name: String,
    pub(super) loss: String,
    pub(super) accuracy: String,
    pub(super) rejected: String,
}

/// Returns the rows of training and of each held-out set, in the order of their colours.
pub(super) fn legend(history: &[EpochLog]) -> Vec<LegendRow> {
    let Some(last) = history.last() else { return Vec::new() };
    let training = LegendRow {
        name: "training".to_owned(),
        loss: four_decimals(Some(last.loss)),
        accuracy: figures::percent(last.accuracy),
        rejected: String::new(),
    };
    let held_out = |score: &Score| LegendRow {
        name: score.set.clone(),
        loss: four_decimals(score.loss),
        accuracy: score.accuracy.map(|share| figures::percent(share.share)).unwrap_or_default(),
        rejected: figures::percent(score.rejection_rate.share),
    };
    std::iter::once(training).chain(last.holdouts.iter().map(held_out)).collect()
}

/// The results of an epoch.
#[derive(Debug)]
pub(super) struct EpochRow {
    pub(super) epoch: u32,
    pub(super) learning_rate: String,
    pub(super) seconds: String,
    pub(super) loss: String,
    pub(super) accuracy: String,
    /// The accuracy on each held-out set, or the rejection rate of negatives.
    pub(super) held_out: Vec<String>,
}

/// Returns a row for each epoch.
pub(super) fn epochs(history: &[EpochLog]) -> Vec<EpochRow> {
    let share = |score: &Score| figures::percent(score.accuracy.unwrap_or(score.rejection_rate).share);
    let row = |log: &EpochLog| EpochRow {
        epoch: log.epoch,
        learning_rate: format!("{:.1e}", log.learning_rate),
        seconds: format!("{:.0} s", log.seconds),
        loss: four_decimals(Some(log.loss)),
        accuracy: figures::percent(log.accuracy),
        held_out: log.holdouts.iter().map(share).collect(),
    };
    history.iter().map(row).collect()
}

fn four_decimals(value: Option<f64>) -> String {
    value.map(|value| format!("{value:.4}")).unwrap_or_default()
}

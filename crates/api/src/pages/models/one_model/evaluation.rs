//! The scores of a model on the test sets, as its evaluation tells them.

use crate::messages::Messages;
use serde::Deserialize;

/// The scores on a test set, as texts.
pub(super) struct ScoreRow {
    pub(super) set: String,
    pub(super) samples: String,
    /// The number of wrong answers; empty for a set of negatives.
    pub(super) errors: String,
    /// The share of correct answers, with its confidence interval; empty for a set of negatives.
    pub(super) accuracy: String,
    pub(super) rejected: String,
    pub(super) loss: String,
    pub(super) calibration_error: String,
}

/// The fields of `evaluation.json` that the page shows.
#[derive(Debug, Deserialize)]
struct Evaluation {
    scores: Vec<Score>,
}

#[derive(Debug, Deserialize)]
struct Score {
    set: String,
    samples: u64,
    errors: u64,
    accuracy: Option<Rate>,
    rejection_rate: Rate,
    loss: Option<f64>,
    calibration_error: Option<f64>,
}

/// A share with its 95 % confidence interval.
#[derive(Debug, Deserialize)]
struct Rate {
    share: f64,
    low: f64,
    high: f64,
}

impl ScoreRow {
    /// The scores in the content of `evaluation.json`; none if it lacks a field.
    pub(super) fn all(messages: &Messages, evaluation: &str) -> Vec<Self> {
        let Ok(Evaluation { scores }) = serde_json::from_str(evaluation) else { return Vec::new() };
        scores.into_iter().map(|score| Self::new(messages, score)).collect()
    }

    fn new(messages: &Messages, score: Score) -> Self {
        let decimal = |value: Option<f64>| value.map(|value| messages.decimal(value, 4)).unwrap_or_default();
        let percent = |share| messages.percent_hundredths(share);
        Self {
            samples: messages.count(score.samples),
            errors: score.accuracy.as_ref().map(|_| messages.count(score.errors)).unwrap_or_default(),
            accuracy: score
                .accuracy
                .map(|Rate { share, low, high }| format!("{} ({} – {})", percent(share), percent(low), percent(high)))
                .unwrap_or_default(),
            rejected: percent(score.rejection_rate.share),
            loss: decimal(score.loss),
            calibration_error: decimal(score.calibration_error),
            set: score.set,
        }
    }
}

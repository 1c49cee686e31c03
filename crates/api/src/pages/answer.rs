//! A recorded answer on the first page and on the page of a drawing.

use crate::{Api, StoreError, messages::Messages};
use digit::Reason;
use wire::{Prediction, Verdict};

/// A recorded answer, formatted for a template.
pub(super) struct AnswerView {
    pub(super) id: String,
    /// The path to which its form posts a label.
    pub(super) label_path: String,
    pub(super) prediction: u8,
    pub(super) is_digit: bool,
    /// The name of the reason why it is not a digit; empty for a digit.
    pub(super) reason: &'static str,
    /// The text of the reason; empty for a digit.
    pub(super) reason_text: &'static str,
    pub(super) confidence_label: &'static str,
    pub(super) percent: String,
    pub(super) bars: Vec<Bar>,
    /// The name and the text of the label.
    pub(super) true_label: Option<(String, String)>,
    pub(super) model: String,
    /// A sentence with the share of correct predictions at this confidence; empty if the drawing is not a digit.
    pub(super) observed_accuracy: String,
}

/// The probability of one digit.
pub(super) struct Bar {
    pub(super) probability: f32,
    pub(super) percent: String,
    pub(super) is_predicted: bool,
}

impl AnswerView {
    /// Formats a row, and queries its observed accuracy. The form of the answer posts labels to `{path}/{id}/label`.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(super) async fn load(
        api: &Api,
        messages: &'static Messages,
        row: &Prediction,
        path: &str,
    ) -> Result<Self, StoreError> {
        let observed_accuracy = match row.verdict {
            Verdict::Digit => messages.rate(&api.store.observed_accuracy(row.confidence, Some(&row.model)).await?),
            // Only predictions of a digit have an observed accuracy.
            Verdict::NotADigit => String::new(),
        };
        let bars = digit::Digit::all().zip(row.probabilities).map(|(digit, probability)| Bar {
            probability,
            percent: messages.percent(probability),
            is_predicted: digit == row.prediction,
        });
        Ok(Self {
            id: row.id.to_string(),
            label_path: format!("{path}/{}/label", row.id),
            prediction: row.prediction.value(),
            is_digit: row.verdict == Verdict::Digit,
            reason: row.reason.map_or("", Reason::name),
            reason_text: row.reason.map_or("", |reason| messages.answer.reasons.of(Some(reason))),
            confidence_label: messages.confidence_label(row.confidence),
            percent: messages.percent(row.confidence),
            bars: bars.collect(),
            true_label: row.true_label.map(|label| (label.to_string(), messages.label(label))),
            model: row.model.clone(),
            observed_accuracy,
        })
    }
}

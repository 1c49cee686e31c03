//! A recorded drawing as a card with a thumbnail.

use crate::messages::{Messages, TimeZone};
use digit::TrueLabel;
use time::format_description::well_known::Rfc3339;
use wire::{Prediction, Verdict};

/// A recorded drawing, formatted for a template.
pub(super) struct DrawingCard {
    pub(super) id: String,
    pub(super) prediction: u8,
    pub(super) is_digit: bool,
    /// A short text of the reason why it is not a digit.
    pub(super) tag: &'static str,
    pub(super) percent: String,
    pub(super) true_label: Option<String>,
    /// Whether the prediction is correct; `None` without a label or with `unsure`.
    pub(super) right: Option<bool>,
    pub(super) created_at: String,
    pub(super) when: String,
}

impl DrawingCard {
    pub(super) fn new(messages: &'static Messages, zone: &TimeZone, row: &Prediction) -> Self {
        let is_digit = row.verdict == Verdict::Digit;
        let predicted = if is_digit { TrueLabel::Digit(row.prediction) } else { TrueLabel::NotADigit };
        Self {
            id: row.id.to_string(),
            prediction: row.prediction.value(),
            is_digit,
            tag: messages.recent.tags.of(row.reason),
            percent: messages.percent(row.confidence),
            true_label: row.true_label.map(|label| messages.label(label)),
            right: row.true_label.filter(|label| *label != TrueLabel::Unsure).map(|label| label == predicted),
            created_at: row.created_at.format(&Rfc3339).unwrap_or_default(),
            when: messages.moment(row.created_at, zone),
        }
    }
}

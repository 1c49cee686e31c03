//! The training of a model, as its card tells it.

use crate::messages::{Messages, TimeZone};
use serde::Deserialize;
use time::OffsetDateTime;

/// The training, as texts.
pub(super) struct TrainingView {
    pub(super) trained_at: String,
    pub(super) duration: String,
    pub(super) architecture: String,
    pub(super) parameters: String,
    pub(super) machine: String,
    pub(super) command: String,
    pub(super) data: Vec<DataFile>,
}

/// A file of training or test data.
#[derive(Debug, Deserialize)]
pub(super) struct DataFile {
    pub(super) name: String,
    pub(super) sha256: String,
}

/// The fields of `card.json` that the page shows.
#[derive(Debug, Deserialize)]
struct Card {
    architecture: String,
    parameters: u64,
    #[serde(with = "time::serde::rfc3339")]
    trained_at: OffsetDateTime,
    training_seconds: f64,
    machine: String,
    command: String,
    data: Vec<DataFile>,
}

impl TrainingView {
    /// The training in the content of `card.json`; `None` if the card lacks a field.
    pub(super) fn of(messages: &Messages, zone: &TimeZone, card: &str) -> Option<Self> {
        let card: Card = serde_json::from_str(card).ok()?;
        Some(Self {
            trained_at: messages.moment(card.trained_at, zone),
            duration: messages.model.minutes.with("minutes", (card.training_seconds / 60.0).round()),
            architecture: card.architecture,
            parameters: messages.count(card.parameters),
            machine: card.machine,
            command: card.command,
            data: card.data,
        })
    }
}

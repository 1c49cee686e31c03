//! What the templates show: a recorded answer, and the recent drawings.

use super::{
    card::DrawingCard,
    site::{Address, Place, Site},
    words::{Notice, Words},
};
use askama::Template;
use axum::response::Html;
use digit::wire::{Code, Page, Prediction, Reason, Reliability, Verdict};
use service::Failure;

/// The whole page.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct HomePage {
    words: &'static Words,
    site: Site,
    shown: Option<Shown>,
    notice: Option<&'static Notice>,
    recent: Recent,
}

/// The strip of recent drawings alone.
#[derive(Template)]
#[template(path = "recent.html")]
pub(super) struct RecentStrip {
    pub(super) words: &'static Words,
    pub(super) recent: Recent,
}

/// A recorded answer.
pub(super) struct Shown {
    pub(super) id: String,
    /// The address that its form sends a label to.
    pub(super) takes_labels: String,
    pub(super) prediction: u8,
    pub(super) is_digit: bool,
    /// The name of why it is none, and that in words; both empty where it is one.
    pub(super) reason: &'static str,
    pub(super) why: &'static str,
    pub(super) sureness: &'static str,
    pub(super) percent: String,
    pub(super) bars: Vec<Bar>,
    /// What a person said it is: its name, and that in words.
    pub(super) true_label: Option<(String, String)>,
    pub(super) model: String,
    /// How often answers as sure have been right; empty where that is not known, or says nothing.
    pub(super) reliability: String,
}

/// The probability of one digit.
pub(super) struct Bar {
    pub(super) probability: f32,
    pub(super) percent: String,
    pub(super) top: bool,
}

/// Recent drawings, newest first.
pub(super) struct Recent {
    rows: Vec<DrawingCard>,
    /// The address of older ones.
    older: Option<String>,
    /// Whether these are the newest there are.
    newest: bool,
    /// Whether the database is away.
    unavailable: bool,
}

impl HomePage {
    pub(super) fn new(
        words: &'static Words,
        address: Address,
        shown: Option<&(Prediction, Option<Reliability>)>,
        problem: Option<Code>,
        recent: Recent,
    ) -> Self {
        Self {
            words,
            site: Site::new(Place::Other, address),
            shown: shown.map(|(row, reliability)| Shown::new(words, row, reliability.as_ref(), "/predictions")),
            notice: problem.map(|code| words.problems.of(code)),
            recent,
        }
    }
}

impl Shown {
    /// A row, on a page below whose `path` it takes labels.
    pub(super) fn new(words: &'static Words, row: &Prediction, reliability: Option<&Reliability>, path: &str) -> Self {
        let bars = digit::Digit::all().zip(row.probabilities).map(|(digit, probability)| Bar {
            probability,
            percent: words.percent(probability),
            top: digit == row.prediction,
        });
        Self {
            id: row.id.to_string(),
            takes_labels: format!("{path}/{}/label", row.id),
            prediction: row.prediction.value(),
            is_digit: row.verdict == Verdict::Digit,
            reason: row.reason.map_or("", Reason::name),
            why: row.reason.map_or("", |reason| words.answer.reasons.of(Some(reason))),
            sureness: words.sureness(row.confidence),
            percent: words.percent(row.confidence),
            bars: bars.collect(),
            true_label: row.true_label.map(|label| (label.to_string(), words.label(label))),
            model: row.model.clone(),
            reliability: reliability.map_or(String::new(), |reliability| words.rate(reliability)),
        }
    }
}

impl Recent {
    /// A page of drawings; `newest` if nothing newer was left out.
    pub(super) fn new(words: &'static Words, page: &Page, newest: bool) -> Self {
        Self {
            rows: page.predictions.iter().map(|row| DrawingCard::new(words, row)).collect(),
            older: page.next.map(|id| format!("/?before={id}")),
            newest,
            unavailable: false,
        }
    }

    /// What is shown while the database is away.
    pub(super) fn unavailable() -> Self {
        Self { rows: Vec::new(), older: None, newest: true, unavailable: true }
    }
}

/// A template, filled in.
pub(super) fn html(template: &impl Template) -> Result<Html<String>, Failure> {
    template.render().map(Html).map_err(|error| {
        tracing::error!(%error, "a template failed");
        Failure::new(Code::Internal, "The page could not be made. It has been logged.")
    })
}

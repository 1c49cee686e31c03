//! What the templates show: a recorded answer, and the recent drawings.

use super::words::{Notice, Words, minute};
use askama::Template;
use digit::{
    TrueLabel,
    wire::{Code, Page, Prediction, Reason, Reliability, Verdict},
};
use time::format_description::well_known::Rfc3339;

/// The whole page.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct HomePage {
    words: &'static Words,
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
    id: String,
    prediction: u8,
    is_digit: bool,
    /// The name of why it is none, and that in words; both empty where it is one.
    reason: &'static str,
    why: &'static str,
    sureness: &'static str,
    percent: String,
    bars: Vec<Bar>,
    /// What a person said it is: its name, and that in words.
    true_label: Option<(String, String)>,
    model: String,
    /// How often answers as sure have been right; empty where that is not known, or says nothing.
    reliability: String,
}

/// The probability of one digit.
struct Bar {
    probability: f32,
    percent: String,
    top: bool,
}

/// Recent drawings, newest first.
pub(super) struct Recent {
    rows: Vec<RecentRow>,
    /// The address of older ones.
    older: Option<String>,
    /// Whether these are the newest there are.
    newest: bool,
    /// Whether the database is away.
    unavailable: bool,
}

/// A drawing of the past.
struct RecentRow {
    id: String,
    prediction: u8,
    is_digit: bool,
    /// Why it is none, in a word or two.
    tag: &'static str,
    percent: String,
    true_label: Option<String>,
    /// Whether the prediction was right, once a person could tell.
    right: Option<bool>,
    created_at: String,
    when: String,
}

impl HomePage {
    pub(super) fn new(
        words: &'static Words,
        shown: Option<&(Prediction, Option<Reliability>)>,
        problem: Option<Code>,
        recent: Recent,
    ) -> Self {
        Self {
            words,
            shown: shown.map(|(row, reliability)| Shown::new(words, row, reliability.as_ref())),
            notice: problem.map(|code| words.problems.of(code)),
            recent,
        }
    }
}

impl Shown {
    fn new(words: &'static Words, row: &Prediction, reliability: Option<&Reliability>) -> Self {
        let bars = digit::Digit::all().zip(row.probabilities).map(|(digit, probability)| Bar {
            probability,
            percent: words.percent(probability),
            top: digit == row.prediction,
        });
        Self {
            id: row.id.to_string(),
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
            rows: page.predictions.iter().map(|row| RecentRow::new(words, row)).collect(),
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

impl RecentRow {
    fn new(words: &'static Words, row: &Prediction) -> Self {
        let is_digit = row.verdict == Verdict::Digit;
        let said = if is_digit { TrueLabel::Digit(row.prediction) } else { TrueLabel::NotADigit };
        Self {
            id: row.id.to_string(),
            prediction: row.prediction.value(),
            is_digit,
            tag: words.recent.tags.of(row.reason),
            percent: words.percent(row.confidence),
            true_label: row.true_label.map(|label| words.label(label)),
            right: row.true_label.filter(|label| *label != TrueLabel::Unsure).map(|label| label == said),
            created_at: row.created_at.format(&Rfc3339).unwrap_or_default(),
            when: minute(row.created_at),
        }
    }
}

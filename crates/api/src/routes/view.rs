//! What the templates show: a recorded answer, and the recent drawings.

use super::words::{self, minute, percent};
use askama::Template;
use digit::{
    TrueLabel,
    wire::{Page, Prediction, Problem, Reason, Verdict},
};
use time::format_description::well_known::Rfc3339;

/// The whole page.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct HomePage {
    shown: Option<Shown>,
    notice: Option<Notice>,
    recent: Recent,
    /// How sure, in words, as JSON: for the answers that come while one draws.
    sureness: String,
    /// Why a drawing is not a digit, likewise.
    reasons: String,
}

/// The strip of recent drawings alone.
#[derive(Template)]
#[template(path = "recent.html")]
pub(super) struct RecentStrip {
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
    true_label: Option<String>,
    model: String,
}

/// The probability of one digit.
struct Bar {
    probability: f32,
    percent: String,
    top: bool,
}

/// Why there is no answer.
struct Notice {
    title: String,
    detail: String,
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
    /// Whether the prediction was right, once that is known.
    right: Option<bool>,
    created_at: String,
    when: String,
}

impl HomePage {
    pub(super) fn new(shown: Option<&Prediction>, problem: Option<Problem>, recent: Recent) -> Self {
        Self {
            shown: shown.map(Shown::new),
            notice: problem.map(|problem| Notice { title: problem.title, detail: problem.detail }),
            recent,
            sureness: words::sureness_as_json(),
            reasons: words::sentences_as_json(),
        }
    }
}

impl Shown {
    fn new(row: &Prediction) -> Self {
        let bars = digit::Digit::all().zip(row.probabilities).map(|(digit, probability)| Bar {
            probability,
            percent: percent(probability),
            top: digit == row.prediction,
        });
        Self {
            id: row.id.to_string(),
            prediction: row.prediction.value(),
            is_digit: row.verdict == Verdict::Digit,
            reason: row.reason.map_or("", Reason::name),
            why: row.reason.map_or("", words::sentence),
            sureness: words::sureness(row.confidence),
            percent: percent(row.confidence),
            bars: bars.collect(),
            true_label: row.true_label.map(words::label),
            model: row.model.clone(),
        }
    }
}

impl Recent {
    /// A page of drawings; `newest` if nothing newer was left out.
    pub(super) fn new(page: &Page, newest: bool) -> Self {
        Self {
            rows: page.predictions.iter().map(RecentRow::new).collect(),
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
    fn new(row: &Prediction) -> Self {
        let is_digit = row.verdict == Verdict::Digit;
        let said = if is_digit { TrueLabel::Digit(row.prediction) } else { TrueLabel::NotADigit };
        Self {
            id: row.id.to_string(),
            prediction: row.prediction.value(),
            is_digit,
            tag: words::tag(row.reason),
            percent: percent(row.confidence),
            true_label: row.true_label.map(words::label),
            right: row.true_label.map(|label| label == said),
            created_at: row.created_at.format(&Rfc3339).unwrap_or_default(),
            when: minute(row.created_at),
        }
    }
}

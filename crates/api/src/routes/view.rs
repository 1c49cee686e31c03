//! What the templates show: predictions in words.

use askama::Template;
use digit::{
    TrueLabel,
    wire::{Page, Prediction, Problem, Verdict},
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

/// How sure, in words, from a confidence upwards.
const SURENESS: [(f32, &str); 5] =
    [(0.99, "almost certainly"), (0.9, "very likely"), (0.7, "probably"), (0.4, "perhaps"), (0.0, "a guess")];

/// The whole page.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct HomePage {
    shown: Option<Shown>,
    notice: Option<Notice>,
    recent: Recent,
    /// [`SURENESS`] as JSON, for the answers that come while one draws.
    sureness: String,
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
            sureness: serde_json::json!(SURENESS).to_string(),
        }
    }
}

impl Shown {
    fn new(row: &Prediction) -> Self {
        let is_digit = row.verdict == Verdict::Digit;
        let bars = digit::Digit::all().zip(row.probabilities).map(|(digit, probability)| Bar {
            probability,
            percent: percent(probability),
            top: is_digit && digit == row.prediction,
        });
        Self {
            id: row.id.to_string(),
            prediction: row.prediction.value(),
            is_digit,
            sureness: sureness(row.confidence),
            percent: percent(row.confidence),
            bars: bars.collect(),
            true_label: row.true_label.map(words),
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
            percent: percent(row.confidence),
            true_label: row.true_label.map(words),
            right: row.true_label.map(|label| label == said),
            created_at: row.created_at.format(&Rfc3339).unwrap_or_default(),
            when: minute(row.created_at),
        }
    }
}

fn words(label: TrueLabel) -> String {
    match label {
        TrueLabel::Digit(digit) => digit.to_string(),
        TrueLabel::NotADigit => "not a digit".to_owned(),
    }
}

fn sureness(confidence: f32) -> &'static str {
    SURENESS.iter().find(|(least, _)| confidence >= *least).map_or("a guess", |(_, words)| words)
}

/// A probability in per cent, with a decimal; never a "100 %" or "0 %" that it is not.
fn percent(probability: f32) -> String {
    match probability {
        0.9995.. => "> 99.9\u{a0}%".to_owned(),
        ..0.0005 => "< 0.1\u{a0}%".to_owned(),
        _ => format!("{:.1}\u{a0}%", probability * 100.0),
    }
}

fn minute(time: OffsetDateTime) -> String {
    time.format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_is_never_rounded_to_certainty() {
        for (probability, text) in
            [(1.0, "> 99.9\u{a0}%"), (0.9971, "99.7\u{a0}%"), (0.5, "50.0\u{a0}%"), (0.0, "< 0.1\u{a0}%")]
        {
            assert_eq!(percent(probability), text);
        }
    }

    #[test]
    fn words_follow_the_confidence() {
        assert_eq!([0.999, 0.95, 0.3].map(sureness), ["almost certainly", "very likely", "a guess"]);
    }
}

//! Words and figures of the page: how sure, why not a digit, what people said, and when.

use digit::{TrueLabel, wire::Reason};
use serde_json::json;
use time::{OffsetDateTime, macros::format_description};

/// How sure, in words, from a confidence upwards.
const SURENESS: [(f32, &str); 5] =
    [(0.99, "almost certainly"), (0.9, "very likely"), (0.7, "probably"), (0.4, "perhaps"), (0.0, "a guess")];

/// [`SURENESS`] as JSON, for the answers that come while one draws.
pub(super) fn sureness_as_json() -> String {
    json!(SURENESS).to_string()
}

/// Each reason with its [`sentence`] as JSON, likewise.
pub(super) fn sentences_as_json() -> String {
    let reasons = [Reason::TooLittleInk, Reason::SeveralDigits, Reason::UnlikeADigit];
    json!(reasons.map(|reason| (reason, sentence(reason)))).to_string()
}

pub(super) fn sureness(confidence: f32) -> &'static str {
    SURENESS.iter().find(|(least, _)| confidence >= *least).map_or("a guess", |(_, words)| words)
}

/// Why it is not a digit, said under an answer that says so.
pub(super) fn sentence(reason: Reason) -> &'static str {
    match reason {
        Reason::TooLittleInk => "There is too little ink to tell.",
        Reason::SeveralDigits => "Several digits, it seems. One at a time, please.",
        Reason::UnlikeADigit => "It looks like no digit from 0 to 9.",
    }
}

/// The same under a thumbnail, where there is room for a few letters.
pub(super) fn tag(reason: Option<Reason>) -> &'static str {
    match reason {
        Some(Reason::TooLittleInk) => "too little ink",
        Some(Reason::SeveralDigits) => "several digits",
        Some(Reason::UnlikeADigit) | None => "not a digit",
    }
}

pub(super) fn label(label: TrueLabel) -> String {
    match label {
        TrueLabel::Digit(digit) => digit.to_string(),
        TrueLabel::NotADigit => "not a digit".to_owned(),
        TrueLabel::Unsure => "unsure".to_owned(),
    }
}

/// A probability in per cent, with a decimal; never a "100 %" or "0 %" that it is not.
pub(super) fn percent(probability: f32) -> String {
    match probability {
        0.9995.. => "> 99.9\u{a0}%".to_owned(),
        ..0.0005 => "< 0.1\u{a0}%".to_owned(),
        _ => format!("{:.1}\u{a0}%", probability * 100.0),
    }
}

pub(super) fn minute(time: OffsetDateTime) -> String {
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

    #[test]
    fn a_reason_goes_to_the_page_by_the_name_that_it_has_in_answers() {
        let sentences: Vec<(String, String)> = serde_json::from_str(&sentences_as_json()).unwrap();
        assert_eq!(
            sentences.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            ["too_little_ink", "several_digits", "unlike_a_digit"]
        );
        assert_eq!(sentences[0].1, "There is too little ink to tell.");
    }

    #[test]
    fn a_thumbnail_says_not_a_digit_where_there_is_no_shorter_reason() {
        let tags = [Some(Reason::SeveralDigits), Some(Reason::UnlikeADigit), None].map(tag);
        assert_eq!(tags, ["several digits", "not a digit", "not a digit"]);
    }
}

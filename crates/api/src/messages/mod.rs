//! Everything that the page says, in each language that it speaks: web/messages has a file for each.

mod choice;
mod figures;
mod sections;
mod template;

pub(crate) use choice::{in_the_readers_language, name_language, readers_messages, values};
pub(crate) use figures::minute;
pub(crate) use sections::Notice;

use digit::{Digit, Reason, TrueLabel};
use sections::{
    AnswerText, CanvasText, DrawingText, HistoryText, LabelText, LabellingText, Language, PageText, Problems,
    QualityText, Reasons, RecentText, ScriptText, Sources, WhyText,
};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use template::MessageTemplate;
use wire::{Code, ObservedAccuracy, Share, Source, Verdict};

/// The files; the first is the language of those who ask for none of them.
const FILES: [&str; 2] =
    [include_str!("../../../../web/messages/en.json"), include_str!("../../../../web/messages/de.json")];

static LANGUAGES: LazyLock<[Messages; FILES.len()]> =
    LazyLock::new(|| FILES.map(|file| serde_json::from_str(file).expect("a test reads every file")));

/// The confidence that each of [`AnswerText::confidence_label`] asks for.
const AT_LEAST: [f32; 5] = [0.99, 0.9, 0.7, 0.4, 0.0];

/// As many checked answers as it takes to say how often such answers are right.
const CHECKED_ENOUGH: u64 = 10;

/// All messages of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Messages {
    pub(crate) language: Language,
    pub(crate) page: PageText,
    pub(crate) canvas: CanvasText,
    pub(crate) answer: AnswerText,
    pub(crate) why: WhyText,
    pub(crate) label: LabelText,
    pub(crate) recent: RecentText,
    pub(crate) history: HistoryText,
    pub(crate) drawing: DrawingText,
    pub(crate) labelling: LabellingText,
    pub(crate) quality: QualityText,
    pub(crate) problems: Problems,
    script: ScriptText,
}

/// What web/static/shared/messages.js reads in the page.
#[derive(Serialize)]
struct ForScript<'a> {
    decimal: &'a str,
    not_a_digit: &'a str,
    label_not_a_digit: &'a str,
    label_unsure: &'a str,
    confidence_label: Vec<(f32, &'a str)>,
    reasons: &'a Reasons,
    thanks: &'a MessageTemplate,
    rate: &'a MessageTemplate,
    rate_unknown: &'a str,
    checked_enough: u64,
    speaks_for: &'a MessageTemplate,
    nothing_for: &'a str,
    speaks_against: &'a MessageTemplate,
    nothing_against: &'a str,
    regions: &'a [String; 9],
    asked_anew: &'a MessageTemplate,
    pen_width: &'a MessageTemplate,
    pen_widths: &'a [String; 3],
    pen_width_note: &'a str,
    submit: &'a str,
    problems: &'a Problems,
    #[serde(flatten)]
    script: &'a ScriptText,
}

impl Messages {
    /// The language with this tag, if the page speaks it.
    fn in_language(tag: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|messages| messages.language.tag.eq_ignore_ascii_case(tag))
    }

    /// The other languages.
    pub(crate) fn others(&self) -> impl Iterator<Item = &'static Language> {
        LANGUAGES.iter().map(|messages| &messages.language).filter(|language| language.tag != self.language.tag)
    }

    /// A word for a confidence.
    pub(crate) fn confidence_label(&self, confidence: f32) -> &str {
        let [.., least] = &self.answer.confidence_label;
        self.confidence_labels().find(|(at_least, _)| confidence >= *at_least).map_or(least, |(_, label)| label)
    }

    fn confidence_labels(&self) -> impl Iterator<Item = (f32, &str)> {
        AT_LEAST.into_iter().zip(self.answer.confidence_label.iter().map(String::as_str))
    }

    /// What people say that a drawing is.
    pub(crate) fn label(&self, label: TrueLabel) -> String {
        match label {
            TrueLabel::Digit(digit) => digit.to_string(),
            TrueLabel::NotADigit => self.label.not_a_digit.clone(),
            TrueLabel::Unsure => self.label.unsure.clone(),
        }
    }

    /// What a drawing was taken for, and how surely if that is a digit.
    pub(crate) fn predicted(&self, verdict: Verdict, prediction: Digit, confidence: f32) -> String {
        match verdict {
            Verdict::Digit => format!("{prediction}, {}", self.percent(confidence)),
            Verdict::NotADigit => self.label.not_a_digit.clone(),
        }
    }

    /// How many predictions of this confidence are correct, as a sentence.
    pub(crate) fn rate(&self, accuracy: &ObservedAccuracy) -> String {
        let Share { count, total, .. } = accuracy.correct;
        let sentence = if total < CHECKED_ENOUGH {
            self.answer.rate_unknown.clone()
        } else {
            self.answer.rate.filled(&figures::of_a_hundred(count, total).to_string())
        };
        format!("{sentence} (n\u{a0}=\u{a0}{total}).")
    }

    /// A probability in per cent.
    pub(crate) fn percent(&self, probability: f32) -> String {
        charts::confidence(probability, &self.language.decimal)
    }

    /// A share in per cent, which may be all or none.
    pub(crate) fn share(&self, share: f64) -> String {
        figures::share(share, &self.language.decimal)
    }

    /// Between what a share lies.
    pub(crate) fn interval(&self, Share { low, high, .. }: &Share) -> String {
        format!("{}–{}", figures::plain(*low, &self.language.decimal), self.share(*high))
    }

    pub(crate) fn count(&self, count: u64) -> String {
        charts::count(count, &self.language.thousands)
    }

    /// A time, in the unit that suits it.
    pub(crate) fn milliseconds(&self, ms: f64) -> String {
        figures::milliseconds(ms, &self.language.decimal)
    }

    /// What the script says, as JSON that can stand in a page: it closes no element.
    pub(crate) fn for_script(&self) -> String {
        let messages = ForScript {
            decimal: &self.language.decimal,
            not_a_digit: &self.answer.not_a_digit,
            label_not_a_digit: &self.label.not_a_digit,
            label_unsure: &self.label.unsure,
            confidence_label: self.confidence_labels().collect(),
            reasons: &self.answer.reasons,
            thanks: &self.label.thanks,
            rate: &self.answer.rate,
            rate_unknown: &self.answer.rate_unknown,
            checked_enough: CHECKED_ENOUGH,
            speaks_for: &self.why.speaks_for,
            nothing_for: &self.why.nothing_for,
            speaks_against: &self.why.speaks_against,
            nothing_against: &self.why.nothing_against,
            regions: &self.why.regions,
            asked_anew: &self.why.asked_anew,
            pen_width: &self.canvas.width,
            pen_widths: &self.canvas.widths,
            pen_width_note: &self.canvas.width_note,
            submit: &self.canvas.submit,
            problems: &self.problems,
            script: &self.script,
        };
        serde_json::to_string(&messages).unwrap_or_default().replace('<', "\\u003c")
    }
}

impl Reasons {
    /// Why it is not a digit; unlike one, where no reason was given.
    pub(crate) fn of(&self, reason: Option<Reason>) -> &str {
        match reason {
            Some(Reason::TooSmall) => &self.too_small,
            Some(Reason::SeveralDigits) => &self.several_digits,
            Some(Reason::UnlikeADigit) | None => &self.unlike_a_digit,
        }
    }
}

impl Sources {
    pub(crate) fn of(&self, source: Source) -> &str {
        match source {
            Source::Canvas => &self.canvas,
            Source::Upload => &self.upload,
            Source::Api => &self.api,
        }
    }
}

impl Problems {
    /// Of one who sent something.
    pub(crate) fn of(&self, code: Code) -> &Notice {
        match code {
            Code::ModelUnavailable => &self.model_unavailable,
            Code::DatabaseUnavailable => &self.database_unavailable,
            Code::Overloaded => &self.overloaded,
            Code::BlankImage => &self.blank_image,
            Code::NotAnImage => &self.not_an_image,
            Code::CorruptImage => &self.corrupt_image,
            Code::PayloadTooLarge => &self.payload_too_large,
            Code::ImageTooLarge => &self.image_too_large,
            Code::UnsupportedMediaType => &self.unsupported_media_type,
            Code::InvalidForm => &self.invalid_form,
            Code::CrossSiteRequest => &self.cross_site_request,
            Code::NotFound => &self.not_found,
            Code::InvalidQuery => &self.invalid_query,
            _ => &self.other,
        }
    }

    /// Of one who only looks.
    pub(crate) fn when_looking(&self, code: Code) -> &Notice {
        if code == Code::DatabaseUnavailable { &self.record_unavailable } else { self.of(code) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use wire::Share;

    fn english() -> &'static Messages {
        Messages::in_language("en").unwrap()
    }

    #[test]
    fn every_language_has_every_text_and_no_other() {
        for file in FILES {
            let messages: Messages = serde_json::from_str(file).unwrap_or_else(|error| panic!("{error} in {file}"));
            assert!(Messages::in_language(&messages.language.tag).is_some());
        }
    }

    #[test]
    fn no_text_is_empty_or_shouts() {
        fn check(texts: &Value) {
            match texts {
                Value::Object(texts) => texts.values().for_each(check),
                Value::Array(texts) => texts.iter().for_each(check),
                text => assert!(text.as_str().is_some_and(|text| !text.is_empty() && !text.contains('!')), "{text}"),
            }
        }
        for file in FILES {
            check(&serde_json::from_str(file).unwrap());
        }
    }

    #[test]
    fn a_confidence_has_a_label() {
        let labels = [0.999, 0.95, 0.3].map(|confidence| english().confidence_label(confidence));
        assert_eq!(labels, ["almost certainly", "very likely", "a guess"]);
    }

    #[test]
    fn a_rate_is_told_once_enough_was_checked() {
        let rate =
            |count, total| english().rate(&ObservedAccuracy { from: 0.9, to: 0.95, correct: Share::new(count, total) });
        assert_eq!(rate(199, 212), "Of 100 answers with this confidence, 94 are correct here (n\u{a0}=\u{a0}212).");
        assert_eq!(rate(9, 9), "Too few answers with this confidence are labelled yet (n\u{a0}=\u{a0}9).");
    }

    #[test]
    fn a_reason_goes_to_the_script_by_the_name_that_it_has_in_answers() {
        let script: Value = serde_json::from_str(&english().for_script()).unwrap();
        for reason in [Reason::TooSmall, Reason::SeveralDigits, Reason::UnlikeADigit] {
            assert_eq!(script["reasons"][reason.name()], english().answer.reasons.of(Some(reason)));
        }
    }

    #[test]
    fn a_problem_goes_to_the_script_by_the_code_that_it_has_in_answers() {
        let script: Value = serde_json::from_str(&english().for_script()).unwrap();
        for code in [Code::ModelUnavailable, Code::PayloadTooLarge, Code::UnsupportedMediaType, Code::NotFound] {
            let name = serde_json::to_value(code).unwrap();
            assert_eq!(script["problems"][name.as_str().unwrap()]["title"], english().problems.of(code).title);
        }
    }

    #[test]
    fn what_the_script_reads_cannot_end_its_element() {
        assert!(LANGUAGES.iter().all(|messages| !messages.for_script().contains('<')));
    }
}

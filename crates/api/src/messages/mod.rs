//! The messages of the pages in all languages. web/messages has a file for each language.

mod bundle;
mod choice;
mod message;
mod numbers;
mod sections;
mod times;

pub(crate) use choice::{in_the_readers_language, name_language, readers_messages};
pub(crate) use sections::Notice;
pub(crate) use times::TimeZone;

use crate::{
    identity::Role,
    store::{DrawnBy, HeldBack},
};
use bundle::{Bundle, Remaining};
use digit::{Digit, Reason, TrueLabel};
use fluent_bundle::FluentValue;
use message::Message;
use numbers::{Numbers, of_a_hundred};
use rust_embed::RustEmbed;
use sections::{
    AccountsText, AnswerText, CanvasText, CheckResults, ConfidenceLabels, DrawingText, DrawnByText, DriftText,
    GalleryText, GateRules, HistoryText, LabelText, LabellingText, ModelStates, ModelText, ModelsText, Outcomes,
    OverviewText, PageText, PrivacyText, Problems, QualityText, Reasons, RecentText, Regions, Roles, RulesText,
    RunsText, ScriptText, Sources, TrainingExamplesText, TrainingSteps, WhyText,
};
use serde::Serialize;
use std::sync::{LazyLock, OnceLock};
use time::OffsetDateTime;
use times::Times;
use wire::{
    CheckResult, Code, ComparisonOutcome, GateRule, ModelState, ObservedAccuracy, Share, Source, TrainingStep, Verdict,
};

/// A file for each language, named after the language's tag.
#[derive(RustEmbed)]
#[folder = "../../web/messages"]
struct Files;

/// The language for readers who prefer none of the available ones.
const DEFAULT: &str = "en";

static LANGUAGES: LazyLock<Vec<Messages>> = LazyLock::new(|| {
    let languages = Files::iter().map(|name| Messages::read(&name).expect("a test reads every file"));
    languages.collect()
});

/// The least number of labelled predictions for which the page shows a rate.
const LEAST_LABELS_FOR_RATE: u64 = 10;

/// A language.
#[derive(Debug)]
pub(crate) struct Language {
    /// Its [tag](https://www.rfc-editor.org/rfc/rfc5646), such as `de`.
    pub(crate) tag: String,
    /// Its name in the language itself.
    pub(crate) name: String,
}

/// All messages of one language, and its formats of numbers and times.
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
    pub(crate) gallery: GalleryText,
    pub(crate) accounts: AccountsText,
    pub(crate) models: ModelsText,
    pub(crate) runs: RunsText,
    pub(crate) model: ModelText,
    pub(crate) drift: DriftText,
    pub(crate) training_examples: TrainingExamplesText,
    pub(crate) overview: OverviewText,
    pub(crate) privacy: PrivacyText,
    pub(crate) problems: Problems,
    script: ScriptText,
    numbers: Numbers,
    times: Times,
    /// The JSON of [`Messages::for_script`].
    script_json: OnceLock<String>,
}

/// The messages that web/static/shared/messages.js reads from the page.
#[derive(Serialize)]
struct ForScript<'a> {
    language: &'a str,
    not_a_digit: &'a str,
    label_not_a_digit: &'a str,
    label_unsure: &'a str,
    confidence_label: [(f32, &'a str); 5],
    reasons: &'a Reasons,
    thanks: &'a Message,
    rate: &'a Message,
    rate_unknown: &'a Message,
    least_labels_for_rate: u64,
    speaks_for: &'a Message,
    nothing_for: &'a str,
    speaks_against: &'a Message,
    nothing_against: &'a str,
    regions: [&'a str; 9],
    computed_now: &'a Message,
    pen_width: &'a Message,
    pen_widths: [&'a str; 3],
    pen_width_note: &'a str,
    submit: &'a str,
    problems: &'a Problems,
    #[serde(flatten)]
    script: &'a ScriptText,
}

impl Messages {
    /// Reads the file of a language.
    ///
    /// # Errors
    /// When the file is not Fluent, lacks messages, or has messages that no page shows.
    fn read(name: &str) -> Result<Self, String> {
        let tag = name.trim_end_matches(".ftl");
        let file = Files::get(name).and_then(|file| String::from_utf8(file.data.into()).ok());
        let mut remaining = Remaining::new(Bundle::new(tag, file.ok_or("not in UTF-8")?)?);
        let messages = Self {
            language: Language { tag: tag.to_owned(), name: remaining.take(&["language", "name"]) },
            page: remaining.take(&["page"]),
            canvas: remaining.take(&["canvas"]),
            answer: remaining.take(&["answer"]),
            why: remaining.take(&["why"]),
            label: remaining.take(&["label"]),
            recent: remaining.take(&["recent"]),
            history: remaining.take(&["history"]),
            drawing: remaining.take(&["drawing"]),
            labelling: remaining.take(&["labelling"]),
            quality: remaining.take(&["quality"]),
            gallery: remaining.take(&["gallery"]),
            accounts: remaining.take(&["accounts"]),
            models: remaining.take(&["models"]),
            runs: remaining.take(&["runs"]),
            model: remaining.take(&["model"]),
            drift: remaining.take(&["drift"]),
            training_examples: remaining.take(&["training_examples"]),
            overview: remaining.take(&["overview"]),
            privacy: remaining.take(&["privacy"]),
            problems: remaining.take(&["problems"]),
            script: remaining.take(&["script"]),
            numbers: Numbers::new(tag)?,
            times: Times::new(tag)?,
            script_json: OnceLock::new(),
        };
        remaining.finish().map_err(|errors| format!("{name}:\n{errors}")).map(|()| messages)
    }

    /// The messages in the default language.
    fn default_language() -> &'static Self {
        Self::in_language(DEFAULT).unwrap_or(&LANGUAGES[0])
    }

    /// The messages in the language with this tag; `None` if there are none.
    fn in_language(tag: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|messages| messages.language.tag.eq_ignore_ascii_case(tag))
    }

    /// The other languages.
    pub(crate) fn others(&self) -> impl Iterator<Item = &'static Language> {
        LANGUAGES.iter().map(|messages| &messages.language).filter(|language| language.tag != self.language.tag)
    }

    /// The label of a confidence, such as "very likely".
    pub(crate) fn confidence_label(&self, confidence: f32) -> &str {
        let labels = self.answer.confidence_label.with_least_confidence();
        labels.into_iter().find(|(least, _)| confidence >= *least).map_or("", |(_, label)| label)
    }

    /// The text of a label.
    pub(crate) fn label(&self, label: TrueLabel) -> String {
        match label {
            TrueLabel::Digit(digit) => digit.to_string(),
            TrueLabel::NotADigit => self.label.not_a_digit.clone(),
            TrueLabel::Unsure => self.label.unsure.clone(),
        }
    }

    /// The text of a prediction: the digit and its confidence, or that the drawing is not a digit.
    pub(crate) fn predicted(&self, verdict: Verdict, prediction: Digit, confidence: f32) -> String {
        match verdict {
            Verdict::Digit => format!("{prediction}, {}", self.percent(confidence)),
            Verdict::NotADigit => self.label.not_a_digit.clone(),
        }
    }

    /// A sentence with the share of correct predictions at this confidence.
    pub(crate) fn rate(&self, accuracy: &ObservedAccuracy) -> String {
        let Share { count, total, .. } = accuracy.correct;
        let total_value = ("total", FluentValue::from(total));
        if total < LEAST_LABELS_FOR_RATE {
            return self.answer.rate_unknown.format([total_value]);
        }
        self.answer.rate.format([("correct", of_a_hundred(count, total).into()), total_value])
    }

    /// A probability in percent, never rounded to 0 % or 100 %.
    pub(crate) fn percent(&self, probability: f32) -> String {
        charts::confidence(probability, |percent| self.numbers.write(percent.into(), 1))
    }

    /// A share in percent, from 0 % to 100 %.
    pub(crate) fn share(&self, share: f64) -> String {
        self.numbers.share(share) + "\u{a0}%"
    }

    /// A share in percent, with two decimals.
    pub(crate) fn percent_hundredths(&self, share: f64) -> String {
        self.decimal(share * 100.0, 2) + "\u{a0}%"
    }

    /// A number with this count of decimals.
    pub(crate) fn decimal(&self, number: f64, decimals: usize) -> String {
        self.numbers.write(number, decimals)
    }

    /// The confidence interval of a share.
    pub(crate) fn interval(&self, Share { low, high, .. }: &Share) -> String {
        format!("{}–{}", self.numbers.share(*low), self.share(*high))
    }

    pub(crate) fn count(&self, count: u64) -> String {
        self.numbers.count(count)
    }

    /// A number of bytes, in the largest unit that it fills.
    pub(crate) fn bytes(&self, bytes: u64) -> String {
        self.numbers.bytes(bytes)
    }

    /// A duration, in milliseconds or seconds.
    pub(crate) fn milliseconds(&self, ms: f64) -> String {
        self.numbers.milliseconds(ms)
    }

    /// A time in a time zone, to the minute.
    pub(crate) fn moment(&self, moment: OffsetDateTime, zone: &TimeZone) -> String {
        self.times.moment(moment, zone)
    }

    /// The day of a time in a time zone.
    pub(crate) fn day(&self, moment: OffsetDateTime, zone: &TimeZone) -> String {
        self.times.day(zone.day(moment))
    }

    /// The messages of the script, as JSON that is safe inside a `<script>` element.
    pub(crate) fn for_script(&self) -> &str {
        self.script_json.get_or_init(|| self.script_messages())
    }

    fn script_messages(&self) -> String {
        let widths = &self.canvas.widths;
        let messages = ForScript {
            language: &self.language.tag,
            not_a_digit: &self.answer.not_a_digit,
            label_not_a_digit: &self.label.not_a_digit,
            label_unsure: &self.label.unsure,
            confidence_label: self.answer.confidence_label.with_least_confidence(),
            reasons: &self.answer.reasons,
            thanks: &self.label.thanks,
            rate: &self.answer.rate,
            rate_unknown: &self.answer.rate_unknown,
            least_labels_for_rate: LEAST_LABELS_FOR_RATE,
            speaks_for: &self.why.speaks_for,
            nothing_for: &self.why.nothing_for,
            speaks_against: &self.why.speaks_against,
            nothing_against: &self.why.nothing_against,
            regions: self.why.regions.row_by_row(),
            computed_now: &self.why.computed_now,
            pen_width: &self.canvas.width,
            pen_widths: [&widths.thin, &widths.medium, &widths.thick],
            pen_width_note: &self.canvas.width_note,
            submit: &self.canvas.submit,
            problems: &self.problems,
            script: &self.script,
        };
        serde_json::to_string(&messages).unwrap_or_default().replace('<', "\\u003c")
    }
}

impl ConfidenceLabels {
    /// The labels with the least confidence of each.
    fn with_least_confidence(&self) -> [(f32, &str); 5] {
        let Self { almost_certain, very_likely, probable, possible, guess } = self;
        [(0.99, almost_certain), (0.9, very_likely), (0.7, probable), (0.4, possible), (0.0, guess)]
    }
}

impl Regions {
    fn row_by_row(&self) -> [&str; 9] {
        let Self { upper_left, top, upper_right, left, middle, right, lower_left, bottom, lower_right } = self;
        [upper_left, top, upper_right, left, middle, right, lower_left, bottom, lower_right]
    }
}

impl Reasons {
    /// The text of a reason; `unlike_a_digit` if there is none.
    pub(crate) fn of(&self, reason: Option<Reason>) -> &str {
        match reason {
            Some(Reason::TooSmall) => &self.too_small,
            Some(Reason::SeveralDigits) => &self.several_digits,
            Some(Reason::UnlikeADigit) | None => &self.unlike_a_digit,
        }
    }
}

impl Roles {
    pub(crate) fn of(&self, role: Role) -> &str {
        match role {
            Role::Labeller => &self.labeller,
            Role::Operator => &self.operator,
        }
    }
}

impl ModelStates {
    pub(crate) fn of(&self, state: ModelState) -> &str {
        match state {
            ModelState::Proposed => &self.proposed,
            ModelState::Training => &self.training,
            ModelState::Evaluated => &self.evaluated,
            ModelState::Rejected => &self.rejected,
            ModelState::Shadow => &self.shadow,
            ModelState::Serving => &self.serving,
            ModelState::Retired => &self.retired,
        }
    }
}

impl TrainingSteps {
    pub(crate) fn of(&self, step: TrainingStep) -> &str {
        match step {
            TrainingStep::Training => &self.training,
            TrainingStep::Evaluating => &self.evaluating,
            TrainingStep::Comparing => &self.comparing,
            TrainingStep::Failed => &self.failed,
        }
    }
}

impl Outcomes {
    pub(crate) fn of(&self, outcome: ComparisonOutcome) -> &str {
        match outcome {
            ComparisonOutcome::Better => &self.better,
            ComparisonOutcome::Worse => &self.worse,
            ComparisonOutcome::Inconclusive => &self.inconclusive,
        }
    }
}

impl CheckResults {
    pub(crate) fn of(&self, result: CheckResult) -> &str {
        match result {
            CheckResult::Passed => &self.passed,
            CheckResult::Failed => &self.failed,
            CheckResult::Undecided => &self.undecided,
        }
    }
}

impl GateRules {
    pub(crate) fn of(&self, rule: GateRule) -> &str {
        match rule {
            GateRule::FiniteWeights => &self.finite_weights,
            GateRule::GoldenDrawings => &self.golden_drawings,
            GateRule::Loss => &self.loss,
            GateRule::Accuracy => &self.accuracy,
            GateRule::Speed => &self.speed,
            GateRule::NonInferiority => &self.non_inferiority,
            GateRule::SliceHarm => &self.slice_harm,
            GateRule::RejectedDigits => &self.rejected_digits,
            GateRule::RejectedNegatives => &self.rejected_negatives,
            GateRule::CalibrationError => &self.calibration_error,
            GateRule::CollectedDrawings => &self.collected_drawings,
            GateRule::Writers => &self.writers,
            GateRule::Superiority => &self.superiority,
        }
    }
}

impl DrawnByText {
    pub(crate) fn of(&self, drawn_by: DrawnBy) -> &str {
        match drawn_by {
            DrawnBy::Visitors => &self.visitors,
            DrawnBy::Labellers => &self.labellers,
            DrawnBy::Operators => &self.operators,
            DrawnBy::Imported => &self.imported,
        }
    }
}

impl RulesText {
    pub(crate) fn of(&self, rule: HeldBack) -> &str {
        match rule {
            HeldBack::Unsure => &self.unsure,
            HeldBack::NotAllowed => &self.not_allowed,
            HeldBack::TooSmall => &self.too_small,
            HeldBack::Unconfirmed => &self.unconfirmed,
            HeldBack::Contradicted => &self.contradicted,
            HeldBack::NewLabeller => &self.new_labeller,
            HeldBack::ClassLimit => &self.class_limit,
            HeldBack::WriterLimit => &self.writer_limit,
            HeldBack::OperatorLimit => &self.operator_limit,
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
    /// The notice about a failed submission.
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
            Code::MisdirectedRequest => &self.misdirected_request,
            Code::Unauthenticated => &self.unauthenticated,
            Code::Forbidden => &self.forbidden,
            Code::WrongPassword => &self.wrong_password,
            Code::InvalidPassword => &self.invalid_password,
            Code::InvalidInvitation => &self.invalid_invitation,
            Code::NameTaken => &self.name_taken,
            Code::LastOperator => &self.last_operator,
            Code::UnknownModel => &self.unknown_model,
            Code::ModelState => &self.model_state,
            Code::InvalidInput => &self.invalid_input,
            Code::RateLimited => &self.rate_limited,
            Code::QuotaExceeded => &self.quota_exceeded,
            Code::StorageFull => &self.storage_full,
            Code::Blocked => &self.blocked,
            Code::NotFound => &self.not_found,
            Code::InvalidQuery => &self.invalid_query,
            _ => &self.other,
        }
    }

    /// The notice on a page that failed.
    pub(crate) fn for_page(&self, code: Code) -> &Notice {
        if code == Code::DatabaseUnavailable { &self.history_unavailable } else { self.of(code) }
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
    fn every_language_has_every_message_and_no_other() {
        for name in Files::iter() {
            Messages::read(&name).unwrap_or_else(|errors| panic!("{errors}"));
        }
        assert_eq!(Messages::default_language().language.tag, DEFAULT);
    }

    #[test]
    fn a_message_has_the_same_variables_in_every_language() {
        let bundle = |name: &str| {
            let file = String::from_utf8(Files::get(name).unwrap().data.into()).unwrap();
            Bundle::new(name.trim_end_matches(".ftl"), file).unwrap()
        };
        let english = bundle("en.ftl");
        for name in Files::iter() {
            assert_eq!(bundle(&name).variables(), english.variables(), "{name}");
        }
    }

    #[test]
    fn counts_have_the_plural_forms_of_their_language() {
        for (tag, expected) in [
            ("en", ["1 drawing in all.", "2 drawings in all.", "5 drawings in all.", "1,000 drawings in all."]),
            (
                "de",
                [
                    "Insgesamt 1 Zeichnung.",
                    "Insgesamt 2 Zeichnungen.",
                    "Insgesamt 5 Zeichnungen.",
                    "Insgesamt 1.000 Zeichnungen.",
                ],
            ),
            ("pl", ["Razem 1 rysunek.", "Razem 2 rysunki.", "Razem 5 rysunków.", "Razem 1000 rysunków."]),
        ] {
            let messages = Messages::in_language(tag).unwrap();
            assert_eq!([1_u64, 2, 5, 1_000].map(|count| messages.quality.drawings.with("count", count)), expected);
        }
    }

    #[test]
    fn a_confidence_has_a_label() {
        let labels = [0.999, 0.95, 0.3].map(|confidence| english().confidence_label(confidence));
        assert_eq!(labels, ["almost certainly", "very likely", "a guess"]);
    }

    #[test]
    fn a_rate_is_shown_only_with_enough_labels() {
        let rate =
            |count, total| english().rate(&ObservedAccuracy { from: 0.9, to: 0.95, correct: Share::new(count, total) });
        assert_eq!(rate(199, 212), "Of 100 answers with this confidence, 94 are correct here (n\u{a0}=\u{a0}212).");
        assert_eq!(rate(9, 9), "Too few answers with this confidence are labelled yet (n\u{a0}=\u{a0}9).");
    }

    #[test]
    fn the_script_gets_reasons_by_their_names_in_the_api() {
        let script: Value = serde_json::from_str(english().for_script()).unwrap();
        for reason in [Reason::TooSmall, Reason::SeveralDigits, Reason::UnlikeADigit] {
            assert_eq!(script["reasons"][reason.name()], english().answer.reasons.of(Some(reason)));
        }
    }

    #[test]
    fn the_script_gets_problems_by_their_codes_in_the_api() {
        let script: Value = serde_json::from_str(english().for_script()).unwrap();
        for code in [Code::ModelUnavailable, Code::PayloadTooLarge, Code::UnsupportedMediaType, Code::NotFound] {
            let name = serde_json::to_value(code).unwrap();
            assert_eq!(script["problems"][name.as_str().unwrap()]["title"], english().problems.of(code).title);
        }
    }

    #[test]
    fn the_messages_of_the_script_cannot_end_their_element() {
        assert!(LANGUAGES.iter().all(|messages| !messages.for_script().contains('<')));
    }
}

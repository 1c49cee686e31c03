//! The scores of a network on a set: accuracy, calibration and rejection rate.

use digit::TrueLabel;
use network::{Calibration, Class, Classification, Logits};
use serde::{Deserialize, Serialize};
use wire::{ConfidenceBin, Share};

/// The number of confidence bins of the calibration error.
pub const BINS: usize = 15;

/// The score of a set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The set's name.
    pub set: String,
    /// The number of samples.
    pub samples: usize,
    /// The number of misclassified digits, rejected or not; 0 for a set of negatives.
    pub errors: usize,
    /// The share of correctly classified digits, from 0 to 1, with its 95 % interval.
    pub accuracy: Option<Rate>,
    /// The number of samples that were rejected as no digit. It should be low for digits and high for negatives.
    pub rejected: usize,
    /// The share of rejected samples, with its 95 % interval.
    pub rejection_rate: Rate,
    /// The mean negative log-likelihood of the true digit, in nats.
    pub loss: Option<f64>,
    /// The expected calibration error: the mean difference between confidence and accuracy over [`BINS`] bins.
    pub calibration_error: Option<f64>,
    /// The share of errors among the 95 % of digits with the highest confidence.
    pub error_at_95_coverage: Option<f64>,
}

/// A share with its 95 % confidence interval, as in a model's files.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// The share, from 0 to 1.
    pub share: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Rate {
    /// Returns the rate of `part` among `whole`.
    #[must_use]
    pub fn of(part: usize, whole: usize) -> Self {
        Share::new(part as u64, whole.max(1) as u64).into()
    }
}

impl From<Share> for Rate {
    fn from(share: Share) -> Self {
        Self { share: share.value().unwrap_or_default(), low: share.low, high: share.high }
    }
}

impl std::fmt::Display for Rate {
    /// Formats percentages, with the interval.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} % ({:.2}–{:.2})", self.share * 100.0, self.low * 100.0, self.high * 100.0)
    }
}

/// A sample's true class and the network's classification of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// The true class.
    pub class: Class,
    /// The network's classification.
    pub classification: Classification,
}

impl Evaluated {
    /// Classifies logits with a calibration.
    #[must_use]
    pub fn all(logits: &[Logits], classes: &[Class], calibration: Calibration) -> Vec<Self> {
        let evaluate = |(logits, &class)| Self { class, classification: calibration.classify(logits) };
        logits.iter().zip(classes).map(evaluate).collect()
    }

    /// Returns the most probable digit and its probability, which is the confidence.
    #[must_use]
    pub fn prediction(&self) -> (digit::Digit, f32) {
        digit::Digit::most_probable(&self.classification.probabilities)
    }

    /// Returns the true label.
    #[must_use]
    pub const fn truth(&self) -> TrueLabel {
        match self.class {
            Class::Digit(digit) => TrueLabel::Digit(digit),
            Class::SeveralDigits | Class::UnlikeADigit => TrueLabel::NotADigit,
        }
    }

    /// Returns the model's answer: the predicted digit, or that the sample is not a digit.
    #[must_use]
    pub fn answer(&self) -> TrueLabel {
        answer(&self.classification)
    }

    /// Returns whether the answer is correct: a digit is accepted and named, and any other sample is rejected.
    #[must_use]
    pub fn is_correct(&self) -> bool {
        self.answer() == self.truth()
    }

    /// Returns whether the network predicts the true digit.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.class == Class::Digit(self.prediction().0)
    }
}

/// Returns the answer of a classification: the predicted digit, or that the sample is not a digit.
#[must_use]
pub fn answer(classification: &Classification) -> TrueLabel {
    let digit = || TrueLabel::Digit(digit::Digit::most_probable(&classification.probabilities).0);
    classification.rejection.map_or_else(digit, |_| TrueLabel::NotADigit)
}

impl Score {
    /// Returns the score of a set.
    #[must_use]
    pub fn of(set: impl Into<String>, evaluated: &[Evaluated]) -> Self {
        let rejected = evaluated.iter().filter(|one| one.classification.rejection.is_some()).count();
        let digits: Vec<&Evaluated> = evaluated.iter().filter(|one| matches!(one.class, Class::Digit(_))).collect();
        let right = digits.iter().filter(|one| one.is_right()).count();
        let of_digits = |value: f64| if digits.is_empty() { None } else { Some(value) };
        Self {
            set: set.into(),
            samples: evaluated.len(),
            errors: digits.len() - right,
            accuracy: if digits.is_empty() { None } else { Some(Rate::of(right, digits.len())) },
            rejected,
            rejection_rate: Rate::of(rejected, evaluated.len()),
            loss: of_digits(loss(&digits)),
            calibration_error: of_digits(calibration_error(&digits)),
            error_at_95_coverage: of_digits(error_at_95_coverage(&digits)),
        }
    }
}

fn loss(digits: &[&Evaluated]) -> f64 {
    let likelihood = |one: &&Evaluated| match one.class {
        Class::Digit(digit) => f64::from(one.classification.probabilities[usize::from(digit.value())]).max(1e-12).ln(),
        Class::SeveralDigits | Class::UnlikeADigit => 0.0,
    };
    -digits.iter().map(likelihood).sum::<f64>() / as_f64(digits.len().max(1))
}

/// Groups classifications by confidence into [`BINS`] bins of equal width from 0 to 1. Empty bins are left out.
#[must_use]
pub fn confidence_bins(evaluated: &[&Evaluated]) -> Vec<ConfidenceBin> {
    let mut sums = [(0, 0, 0.0); BINS];
    for one in evaluated {
        let confidence = f64::from(one.prediction().1);
        let (correct, total, sum) = &mut sums[bin_of(confidence)];
        *correct += u64::from(one.is_right());
        *total += 1;
        *sum += confidence;
    }
    let filled = sums.into_iter().enumerate().filter(|(_, (_, total, _))| *total > 0);
    let bin = |(index, (correct, total, sum)): (usize, (u64, u64, f64))| ConfidenceBin {
        from: as_f64(index) / as_f64(BINS),
        to: as_f64(index + 1) / as_f64(BINS),
        confidence: sum / total_of(total),
        correct: Share::new(correct, total),
    };
    filled.map(bin).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(crate) const fn total_of(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a probability times a small number")]
fn bin_of(confidence: f64) -> usize {
    ((confidence * as_f64(BINS)) as usize).min(BINS - 1)
}

/// Returns the expected calibration error (Naeini, Cooper & Hauskrecht, "Obtaining Well Calibrated Probabilities Using
/// Bayesian Binning", 2015).
fn calibration_error(digits: &[&Evaluated]) -> f64 {
    let gap = |bin: &ConfidenceBin| {
        total_of(bin.correct.total) * (bin.confidence - bin.correct.value().unwrap_or_default()).abs()
    };
    confidence_bins(digits).iter().map(gap).sum::<f64>() / as_f64(digits.len().max(1))
}

/// Returns the error at 95 % coverage (El-Yaniv & Wiener, "On the Foundations of Noise-free Selective Classification",
/// 2010).
fn error_at_95_coverage(digits: &[&Evaluated]) -> f64 {
    let mut by_confidence = digits.to_vec();
    by_confidence.sort_by(|a, b| b.prediction().1.total_cmp(&a.prediction().1));
    let kept = digits.len() * 95 / 100;
    let errors = by_confidence.iter().take(kept).filter(|one| !one.is_right()).count();
    as_f64(errors) / as_f64(kept.max(1))
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(crate) const fn as_f64(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use digit::Digit;

    fn digit(value: i64) -> Digit {
        Digit::try_from(value).unwrap()
    }

    /// Returns the classification of a 3 as `predicted` with this confidence.
    fn three(predicted: usize, confidence: f32) -> Evaluated {
        let mut probabilities = [(1.0 - confidence) / 9.0; 10];
        probabilities[predicted] = confidence;
        let classification = Classification { probabilities, not_a_digit_probability: 0.0, rejection: None };
        Evaluated { class: Class::Digit(digit(3)), classification }
    }

    #[test]
    fn a_network_whose_accuracy_equals_its_confidence_has_no_calibration_error() {
        let calibrated: Vec<Evaluated> = (0..10).map(|i| three(if i < 9 { 3 } else { 5 }, 0.9)).collect();
        let overconfident: Vec<Evaluated> = (0..10).map(|i| three(if i < 5 { 3 } else { 5 }, 0.9)).collect();
        let error = |evaluated: &[Evaluated]| Score::of("", evaluated).calibration_error.unwrap();
        assert!(error(&calibrated) < 1e-6, "{}", error(&calibrated));
        assert!((error(&overconfident) - 0.4).abs() < 1e-6, "{}", error(&overconfident));
    }

    #[test]
    fn a_rejected_digit_and_an_accepted_negative_are_not_correct() {
        let rejected = |mut one: Evaluated| {
            one.classification.rejection = Some(digit::Reason::UnlikeADigit);
            one
        };
        let negative = |one: Evaluated| Evaluated { class: Class::SeveralDigits, ..one };
        let samples = [three(3, 0.9), three(5, 0.9), rejected(three(3, 0.9)), negative(three(3, 0.9))];
        assert_eq!(samples.map(|one| one.is_correct()), [true, false, false, false]);
        assert!(rejected(negative(three(3, 0.9))).is_correct());
    }

    #[test]
    fn the_most_confident_predictions_have_fewer_errors_than_all() {
        let evaluated: Vec<Evaluated> = (0..100).map(|i| if i < 4 { three(5, 0.4) } else { three(3, 0.99) }).collect();
        let score = Score::of("threes", &evaluated);
        assert_eq!((score.errors, score.error_at_95_coverage), (4, Some(0.0)));
    }
}

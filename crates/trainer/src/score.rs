//! How well a network does on a set: how often it is right, how honest about how sure it is, and what it rejects.

use network::{Calibration, Class, Classification, Logits};
use serde::{Deserialize, Serialize};

/// Bins of confidence that the calibration error is measured over.
pub const BINS: usize = 15;

/// A score on a set of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The set's name.
    pub set: String,
    /// How many samples it has.
    pub samples: usize,
    /// How many of its digits were named wrongly, whether rejected or not; none for a set of strangers.
    pub errors: usize,
    /// The share of digits named rightly, from 0 to 1, with its 95 % interval.
    pub accuracy: Option<Share>,
    /// How many were taken for no digit: of digits the fewer the better, of strangers the more.
    pub rejected: usize,
    /// Their share, with its 95 % interval.
    pub rejection_rate: Share,
    /// Mean negative log-likelihood of the right digit, in nats.
    pub loss: Option<f64>,
    /// The expected calibration error: how far confidence and accuracy lie apart, over [`BINS`] bins.
    pub calibration_error: Option<f64>,
    /// The share of errors among the 95 % that it is surest of.
    pub error_at_95_coverage: Option<f64>,
}

/// A share of a count, and where it lies with 95 % confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// From 0 to 1.
    pub share: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Share {
    /// The share with Wilson's interval ("Probable Inference, the Law of Succession, and Statistical Inference",
    /// 1927), which holds for small counts and for shares near 0 and 1.
    #[must_use]
    pub fn of(part: usize, whole: usize) -> Self {
        const Z: f64 = 1.959_964;
        let count = as_f64(whole.max(1));
        let share = as_f64(part) / count;
        let middle = (share + Z * Z / (2.0 * count)) / (1.0 + Z * Z / count);
        let half = Z / (1.0 + Z * Z / count) * (share * (1.0 - share) / count + Z * Z / (4.0 * count * count)).sqrt();
        Self { share, low: (middle - half).max(0.0), high: (middle + half).min(1.0) }
    }
}

impl std::fmt::Display for Share {
    /// In per cent, with the interval.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} % ({:.2}–{:.2})", self.share * 100.0, self.low * 100.0, self.high * 100.0)
    }
}

/// A sample, what it is and what the network says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// What it is.
    pub class: Class,
    /// What it is taken for.
    pub said: Classification,
}

impl Judged {
    /// The network's answers, calibrated.
    #[must_use]
    pub fn all(logits: &[Logits], classes: &[Class], calibration: Calibration) -> Vec<Self> {
        let judge = |(logits, &class)| Self { class, said: calibration.classify(logits) };
        logits.iter().zip(classes).map(judge).collect()
    }

    /// The digit that it is taken for, and how surely.
    #[must_use]
    pub fn answer(&self) -> (digit::Digit, f32) {
        digit::Digit::most_probable(&self.said.probabilities)
    }

    /// Whether it is a digit, and that one.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.class == Class::Digit(self.answer().0)
    }
}

impl Score {
    /// The score of a set.
    #[must_use]
    pub fn of(set: impl Into<String>, judged: &[Judged]) -> Self {
        let rejected = judged.iter().filter(|one| one.said.rejection.is_some()).count();
        let digits: Vec<&Judged> = judged.iter().filter(|one| matches!(one.class, Class::Digit(_))).collect();
        let right = digits.iter().filter(|one| one.is_right()).count();
        let of_digits = |value: f64| if digits.is_empty() { None } else { Some(value) };
        Self {
            set: set.into(),
            samples: judged.len(),
            errors: digits.len() - right,
            accuracy: if digits.is_empty() { None } else { Some(Share::of(right, digits.len())) },
            rejected,
            rejection_rate: Share::of(rejected, judged.len()),
            loss: of_digits(loss(&digits)),
            calibration_error: of_digits(calibration_error(&digits)),
            error_at_95_coverage: of_digits(error_at_95_coverage(&digits)),
        }
    }
}

fn loss(digits: &[&Judged]) -> f64 {
    let likelihood = |one: &&Judged| match one.class {
        Class::Digit(digit) => f64::from(one.said.probabilities[usize::from(digit.value())]).max(1e-12).ln(),
        Class::SeveralDigits | Class::UnlikeADigit => 0.0,
    };
    -digits.iter().map(likelihood).sum::<f64>() / as_f64(digits.len().max(1))
}

/// A bin of a reliability diagram.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// How many answers are in it.
    pub count: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// The share of them that is right.
    pub accuracy: f64,
}

/// Answers by confidence: equal steps from 0 to 1.
#[must_use]
pub fn reliability(judged: &[&Judged]) -> [Bin; BINS] {
    let mut bins = [Bin::default(); BINS];
    for one in judged {
        let confidence = f64::from(one.answer().1);
        let bin = &mut bins[bin_of(confidence)];
        bin.count += 1;
        bin.confidence += confidence;
        bin.accuracy += if one.is_right() { 1.0 } else { 0.0 };
    }
    for bin in bins.iter_mut().filter(|bin| bin.count > 0) {
        bin.confidence /= as_f64(bin.count);
        bin.accuracy /= as_f64(bin.count);
    }
    bins
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a probability times a small number")]
fn bin_of(confidence: f64) -> usize {
    ((confidence * as_f64(BINS)) as usize).min(BINS - 1)
}

/// Naeini, Cooper & Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", 2015.
fn calibration_error(digits: &[&Judged]) -> f64 {
    let gap = |bin: &Bin| as_f64(bin.count) * (bin.confidence - bin.accuracy).abs();
    reliability(digits).iter().map(gap).sum::<f64>() / as_f64(digits.len().max(1))
}

/// El-Yaniv & Wiener, "On the Foundations of Noise-free Selective Classification", 2010.
fn error_at_95_coverage(digits: &[&Judged]) -> f64 {
    let mut by_confidence = digits.to_vec();
    by_confidence.sort_by(|a, b| b.answer().1.total_cmp(&a.answer().1));
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

    /// A 3 that is said to be `said` with that confidence.
    fn three(said: usize, confidence: f32) -> Judged {
        let mut probabilities = [(1.0 - confidence) / 9.0; 10];
        probabilities[said] = confidence;
        let said = Classification { probabilities, not_a_digit_probability: 0.0, rejection: None };
        Judged { class: Class::Digit(digit(3)), said }
    }

    #[test]
    fn wilsons_interval_is_that_of_the_books() {
        let share = Share::of(8, 10);
        assert!((share.low - 0.4902).abs() < 1e-3 && (share.high - 0.9433).abs() < 1e-3, "{share:?}");
        let all = Share::of(50, 50);
        assert!(all.high > 0.999_999 && all.low < 0.93, "{all:?}");
    }

    #[test]
    fn who_is_right_as_often_as_he_says_has_no_calibration_error() {
        let honest: Vec<Judged> = (0..10).map(|i| three(if i < 9 { 3 } else { 5 }, 0.9)).collect();
        let boastful: Vec<Judged> = (0..10).map(|i| three(if i < 5 { 3 } else { 5 }, 0.9)).collect();
        let error = |judged: &[Judged]| Score::of("", judged).calibration_error.unwrap();
        assert!(error(&honest) < 1e-6, "{}", error(&honest));
        assert!((error(&boastful) - 0.4).abs() < 1e-6, "{}", error(&boastful));
    }

    #[test]
    fn the_surest_answers_have_fewer_errors_than_all() {
        let judged: Vec<Judged> = (0..100).map(|i| if i < 4 { three(5, 0.4) } else { three(3, 0.99) }).collect();
        let score = Score::of("threes", &judged);
        assert_eq!((score.errors, score.error_at_95_coverage), (4, Some(0.0)));
    }
}

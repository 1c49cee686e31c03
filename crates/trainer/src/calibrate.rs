//! Fits the temperature and the rejection threshold on held-out sets.

use network::{Calibration, Class, Logits};

/// The largest share of the digits of a held-out set that the threshold may reject.
pub const MAX_REJECTION_RATE: f64 = 0.002;

/// The range of the temperature search.
const MIN_TEMPERATURE: f32 = 0.2;
const MAX_TEMPERATURE: f32 = 5.0;

/// The logits of a held-out set and the true classes of its samples.
#[derive(Debug, Clone, Copy)]
pub struct HoldOut<'a> {
    /// The network's logits.
    pub logits: &'a [Logits],
    /// The true classes.
    pub classes: &'a [Class],
}

impl HoldOut<'_> {
    /// Returns whether the set has digits.
    #[must_use]
    pub fn has_digits(&self) -> bool {
        self.digits().next().is_some()
    }

    fn digits(&self) -> impl Iterator<Item = (&Logits, usize)> {
        self.logits.iter().zip(self.classes).filter_map(|(logits, class)| match class {
            Class::Digit(digit) => Some((logits, usize::from(digit.value()))),
            Class::SeveralDigits | Class::UnlikeADigit => None,
        })
    }
}

/// Returns the temperature that maximises the likelihood of the true digits, and the rejection threshold.
#[must_use]
pub fn calibrate(holdouts: &[HoldOut]) -> Calibration {
    let temperature = temperature(holdouts);
    Calibration { temperature, rejection_threshold: rejection_threshold(holdouts, temperature) }
}

/// Returns the temperature with the lowest [`loss`], which has a single minimum: a golden-section search over the
/// logarithm of the temperature finds it.
fn temperature(holdouts: &[HoldOut]) -> f32 {
    let golden = (5.0_f32.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (MIN_TEMPERATURE.ln(), MAX_TEMPERATURE.ln());
    for _ in 0..40 {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        if loss(holdouts, left.exp()) < loss(holdouts, right.exp()) {
            high = right;
        } else {
            low = left;
        }
    }
    f32::midpoint(low, high).exp()
}

/// Returns the mean negative log-likelihood of the true digits, summed over the sets: every set has the same weight.
fn loss(holdouts: &[HoldOut], temperature: f32) -> f64 {
    let calibration = Calibration { temperature, ..Calibration::NONE };
    let mean = |set: &HoldOut| {
        let (sum, count) = set.digits().fold((0.0, 0.0), |(sum, count), (logits, digit)| {
            let likelihood = f64::from(calibration.classify(logits).probabilities[digit]).max(1e-12);
            (sum - likelihood.ln(), count + 1.0)
        });
        sum / f64::max(count, 1.0)
    };
    holdouts.iter().map(mean).sum()
}

/// Returns the lowest threshold that rejects at most [`MAX_REJECTION_RATE`] of each set.
fn rejection_threshold(holdouts: &[HoldOut], temperature: f32) -> f32 {
    let calibration = Calibration { temperature, ..Calibration::NONE };
    let lowest_threshold = |set: &HoldOut| {
        let mut probabilities: Vec<f32> =
            set.digits().map(|(logits, _)| calibration.classify(logits).not_a_digit_probability).collect();
        probabilities.sort_by(|a, b| b.total_cmp(a));
        let rejected = max_rejections(probabilities.len());
        probabilities.get(rejected).copied().unwrap_or(Calibration::NONE.rejection_threshold)
    };
    holdouts.iter().map(lowest_threshold).reduce(f32::max).unwrap_or(Calibration::NONE.rejection_threshold)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the product is between 0 and `count`")]
fn max_rejections(count: usize) -> usize {
    (crate::score::as_f64(count) * MAX_REJECTION_RATE) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use digit::Digit;

    /// Returns logits that predict `digit` with `margin`, and [`Class::UnlikeADigit`] with `unlike`.
    fn logits(digit: usize, margin: f32, unlike: f32) -> Logits {
        let mut logits = [0.0; Class::COUNT];
        logits[digit] = margin;
        logits[11] = unlike;
        logits
    }

    fn three() -> Class {
        Class::Digit(Digit::try_from(3).unwrap())
    }

    #[test]
    fn calibration_lowers_the_confidence_of_an_overconfident_network_to_its_accuracy() {
        // Four of five predictions are correct, each with odds of e^6 to every other digit.
        let all: Vec<Logits> = (0..100).map(|i| logits(if i % 5 == 0 { 4 } else { 3 }, 6.0, -20.0)).collect();
        let fitted = calibrate(&[HoldOut { logits: &all, classes: &[three(); 100] }]);
        let confidence = fitted.classify(&all[1]).probabilities[3];
        assert!(fitted.temperature > 1.0 && (confidence - 0.8).abs() < 0.02, "{fitted:?} {confidence}");
    }

    #[test]
    fn the_threshold_rejects_at_most_the_allowed_share_of_every_set() {
        let logits_up_to = |max_unlike: f32| -> Vec<Logits> {
            (0..1000_u16).map(|i| logits(3, 5.0, f32::from(i) / 1000.0 * max_unlike)).collect()
        };
        let (plain, odd) = (logits_up_to(3.0), logits_up_to(8.0));
        let classes = vec![three(); 1000];
        let sets = [&plain, &odd].map(|logits| HoldOut { logits, classes: &classes });
        let fitted = calibrate(&sets);
        let rejected = |logits: &[Logits]| logits.iter().filter(|one| fitted.classify(one).rejection.is_some()).count();
        assert_eq!((rejected(&plain), rejected(&odd)), (0, 2));
    }
}

//! Calibration: turns logits into probabilities, and rejects a drawing that is probably no digit.

use crate::Class;
use digit::Reason;
use serde::{Deserialize, Serialize};

/// The network's output for a bitmap: one number for each [`Class`]; a higher number means a higher probability.
pub type Logits = [f32; Class::COUNT];

/// The calibration's two numbers, which are fitted on digits that the network was not trained on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// The divisor of the logits before the softmax. It makes nine in ten predictions with a confidence of 90 % correct
    /// (Guo et al., "On Calibration of Modern Neural Networks", 2017).
    pub temperature: f32,
    /// The probability of being no digit, from 0 to 1, above which a drawing is rejected.
    pub rejection_threshold: f32,
}

/// The calibrated output of the network for a bitmap.
#[derive(Debug, Clone, PartialEq)]
pub struct Classification {
    /// The probability of each digit, 0 to 9, given that the drawing is a digit; they sum to 1.
    pub probabilities: [f32; 10],
    /// The probability that the drawing is not a digit, from 0 to 1.
    pub not_a_digit_probability: f32,
    /// The reason of the rejection, if the drawing is rejected.
    pub rejection: Option<Reason>,
}

impl Calibration {
    /// Leaves the logits as they are and rejects a drawing that is more probably no digit than a digit.
    pub const NONE: Self = Self { temperature: 1.0, rejection_threshold: 0.5 };

    /// Returns whether the numbers are valid: the temperature is above 0, and the threshold is a probability.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.temperature.is_finite() && self.temperature > 0.0 && (0.0..=1.0).contains(&self.rejection_threshold)
    }

    /// Divides the logits by the temperature and applies the softmax, over the digits and over all classes.
    #[must_use]
    pub fn classify(&self, logits: &Logits) -> Classification {
        let digits: [f32; 10] = std::array::from_fn(|i| logits[i]);
        let [.., several, unlike] = softmax(*logits, self.temperature);
        let not_a_digit_probability = several + unlike;
        let reason = if several > unlike { Reason::SeveralDigits } else { Reason::UnlikeADigit };
        Classification {
            probabilities: softmax(digits, self.temperature),
            not_a_digit_probability,
            rejection: (not_a_digit_probability > self.rejection_threshold).then_some(reason),
        }
    }
}

fn softmax<const COUNT: usize>(logits: [f32; COUNT], temperature: f32) -> [f32; COUNT] {
    let strongest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weights = logits.map(|logit| ((logit - strongest) / temperature).exp());
    let sum: f32 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEVEN: usize = 7;

    fn logits(digit: f32, several: f32, unlike: f32) -> Logits {
        let mut logits = [0.0; Class::COUNT];
        logits[SEVEN] = digit;
        logits[10] = several;
        logits[11] = unlike;
        logits
    }

    #[test]
    fn the_digits_probabilities_sum_to_one_even_for_a_non_digit() {
        for logits in [logits(9.0, 0.0, 0.0), logits(0.0, 90.0, 0.0), logits(-80.0, 0.0, 900.0)] {
            let classification = Calibration::NONE.classify(&logits);
            assert!((classification.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{classification:?}");
        }
    }

    #[test]
    fn a_higher_temperature_lowers_the_confidence_of_the_same_digit() {
        let cold = Calibration { temperature: 0.5, ..Calibration::NONE }.classify(&logits(5.0, 0.0, 0.0));
        let warm = Calibration { temperature: 2.0, ..Calibration::NONE }.classify(&logits(5.0, 0.0, 0.0));
        assert!(cold.probabilities[SEVEN] > warm.probabilities[SEVEN]);
        assert!(warm.probabilities[SEVEN] > warm.probabilities[3]);
    }

    #[test]
    fn a_drawing_above_the_threshold_is_rejected_for_the_more_probable_reason() {
        let strict = Calibration { temperature: 1.0, rejection_threshold: 0.9 };
        let reason = |calibration: Calibration, logits| calibration.classify(&logits).rejection;
        assert_eq!(reason(Calibration::NONE, logits(9.0, 3.0, 2.0)), None);
        assert_eq!(reason(Calibration::NONE, logits(5.0, 6.0, 2.0)), Some(Reason::SeveralDigits));
        assert_eq!(reason(Calibration::NONE, logits(5.0, 2.0, 6.0)), Some(Reason::UnlikeADigit));
        assert_eq!(reason(strict, logits(5.0, 2.0, 6.0)), None, "73 % is below the threshold");
    }
}

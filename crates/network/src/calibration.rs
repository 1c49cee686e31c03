//! From logits to probabilities that mean what they say, and to a refusal where they say that it is no digit.

use crate::Class;
use digit::Reason;
use serde::{Deserialize, Serialize};

/// What the network says of a bitmap: a number for each [`Class`], the higher the likelier.
pub type Logits = [f32; Class::COUNT];

/// Two numbers fitted on digits that the network was not trained on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// What logits are divided by before the softmax, so that of the answers given with 90 % nine in ten are right
    /// (Guo et al., "On Calibration of Modern Neural Networks", 2017).
    pub temperature: f32,
    /// The probability of being no digit, from 0 to 1, above which a drawing is refused.
    pub refusal: f32,
}

/// What the network says of a bitmap, calibrated.
#[derive(Debug, Clone, PartialEq)]
pub struct Classification {
    /// The probability of each digit, 0 to 9, given that it is one; they sum to 1.
    pub probabilities: [f32; 10],
    /// The probability that it is none, from 0 to 1.
    pub strangeness: f32,
    /// Why it is not taken for a digit, if it is not.
    pub stranger: Option<Reason>,
}

impl Calibration {
    /// Takes the logits as they are and refuses what is likelier no digit than one.
    pub const NONE: Self = Self { temperature: 1.0, refusal: 0.5 };

    /// Whether the numbers can be used: a temperature above 0, a probability.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.temperature.is_finite() && self.temperature > 0.0 && (0.0..=1.0).contains(&self.refusal)
    }

    /// The softmax of the tempered logits, over the digits and over all classes.
    #[must_use]
    pub fn judge(&self, logits: &Logits) -> Classification {
        let digits: [f32; 10] = std::array::from_fn(|i| logits[i]);
        let [.., several, unlike] = softmax(*logits, self.temperature);
        let strangeness = several + unlike;
        let reason = if several > unlike { Reason::SeveralDigits } else { Reason::UnlikeADigit };
        Classification {
            probabilities: softmax(digits, self.temperature),
            strangeness,
            stranger: (strangeness > self.refusal).then_some(reason),
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
    fn probabilities_of_digits_sum_to_one_even_where_it_is_none() {
        for logits in [logits(9.0, 0.0, 0.0), logits(0.0, 90.0, 0.0), logits(-80.0, 0.0, 900.0)] {
            let judged = Calibration::NONE.judge(&logits);
            assert!((judged.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{judged:?}");
        }
    }

    #[test]
    fn a_higher_temperature_is_less_sure_of_the_same_digit() {
        let cold = Calibration { temperature: 0.5, ..Calibration::NONE }.judge(&logits(5.0, 0.0, 0.0));
        let warm = Calibration { temperature: 2.0, ..Calibration::NONE }.judge(&logits(5.0, 0.0, 0.0));
        assert!(cold.probabilities[SEVEN] > warm.probabilities[SEVEN]);
        assert!(warm.probabilities[SEVEN] > warm.probabilities[3]);
    }

    #[test]
    fn what_is_strange_beyond_the_threshold_is_refused_for_the_likelier_reason() {
        let strict = Calibration { temperature: 1.0, refusal: 0.9 };
        let reason = |calibration: Calibration, logits| calibration.judge(&logits).stranger;
        assert_eq!(reason(Calibration::NONE, logits(9.0, 3.0, 2.0)), None);
        assert_eq!(reason(Calibration::NONE, logits(5.0, 6.0, 2.0)), Some(Reason::SeveralDigits));
        assert_eq!(reason(Calibration::NONE, logits(5.0, 2.0, 6.0)), Some(Reason::UnlikeADigit));
        assert_eq!(reason(strict, logits(5.0, 2.0, 6.0)), None, "73 % strange is not strange enough");
    }
}

//! An anytime-valid test of two models on the same drawings. Only drawings count that exactly one of both classifies correctly.
//!
//! If both models were equally good, the challenger would win each of these drawings with a probability of 1/2. The e-value is
//! the likelihood ratio of a uniform mixture of all probabilities above 1/2 to 1/2. With n drawings, of which the challenger
//! won w and lost b, that is E = 2^(n+1) · B(w+1, b+1) · P(Bin(n+1, 1/2) ≤ w). If the challenger is not better, E ever reaches
//! 1/α with a probability of at most α (Ville, 1939; Robbins, 1970), so the test may look after each label.

/// The e-value that decides, which bounds the probability of a wrong decision by 5 %.
pub(crate) const DECISIVE: f64 = 20.0;

/// The largest e-value that is computed. Larger ones say no more, and would overflow.
const LARGEST: f64 = 1e6;

/// The e-value of "the challenger is better" against "it is not", from the numbers of drawings that it won and lost.
/// Exchange both for the e-value of "the champion is better".
pub(crate) fn e_value(won: u64, lost: u64) -> f64 {
    // The formula with binomial coefficients: the sum of C(n+1, k) for k from 0 to w, divided by (n+1) · C(n, w). The sum
    // begins with k = w, and each term follows from the one before.
    let (won, lost) = (as_float(won), as_float(lost));
    let n = won + lost;
    let mut k = won;
    let mut term = 1.0 / (n + 1.0 - won);
    let mut sum = term;
    while k > 0.0 && sum < LARGEST {
        term *= k / (n + 2.0 - k);
        sum += term;
        k -= 1.0;
    }
    sum.min(LARGEST)
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2⁵³")]
const fn as_float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The e-value as a sum over the mixture: the mean likelihood ratio of probabilities above 1/2.
    fn mean_likelihood_ratio(won: i32, lost: i32) -> f64 {
        const PARTS: u32 = 200_000;
        let ratio = |part: u32| {
            let better = 0.5 + (f64::from(part) + 0.5) / f64::from(PARTS) / 2.0;
            (2.0 * better).powi(won) * (2.0 * (1.0 - better)).powi(lost)
        };
        (0..PARTS).map(ratio).sum::<f64>() / f64::from(PARTS)
    }

    #[test]
    fn the_e_value_is_the_mean_likelihood_ratio_of_the_mixture() {
        for (won, lost) in [(0, 0), (0, 1), (1, 0), (3, 3), (6, 1), (7, 0), (10, 1), (2, 12), (60, 45)] {
            let expected = mean_likelihood_ratio(won, lost);
            let found = e_value(won.unsigned_abs().into(), lost.unsigned_abs().into());
            assert!((found / expected - 1.0).abs() < 1e-6, "{won}:{lost} is {found}, not {expected}");
        }
    }

    #[test]
    fn seven_wins_decide_and_six_wins_with_a_loss_do_not() {
        for (won, lost, decides) in [(7, 0, true), (10, 1, true), (6, 0, false), (6, 1, false), (9, 1, false)] {
            assert_eq!(e_value(won, lost) >= DECISIVE, decides, "{won}:{lost} is {}", e_value(won, lost));
        }
        assert!(e_value(0, 7) < 1.0, "losses are no evidence for the challenger");
    }

    #[test]
    fn extreme_counts_stay_finite() {
        assert!((e_value(5000, 0) - LARGEST).abs() < 1.0);
        assert!(e_value(0, 5000) < 0.001);
        assert!(e_value(2500, 2500) < 1.0);
    }

    /// The probability that a fair coin ever decides within this number of throws. It is exact: the probability of each
    /// number of wins after each throw, without the sequences that have decided.
    fn probability_of_a_wrong_decision(throws: usize) -> f64 {
        let (mut open, mut decided) = (vec![1.0], 0.0);
        let mut decisive = 0;
        for n in 1..=throws as u64 {
            let before = open;
            let at = |wins: usize| before.get(wins).copied().unwrap_or(0.0) / 2.0;
            open = (0..=before.len()).map(|wins| at(wins) + wins.checked_sub(1).map_or(0.0, at)).collect();
            // One more throw moves the least number of wins that decides by one at most.
            while decisive <= n && e_value(decisive, n - decisive) < DECISIVE {
                decisive += 1;
            }
            let decisive = usize::try_from(decisive).unwrap();
            if decisive < open.len() {
                decided += open.drain(decisive..).sum::<f64>();
            }
        }
        decided
    }

    #[test]
    fn a_challenger_that_is_not_better_wins_with_a_probability_of_at_most_5_percent() {
        let probability = probability_of_a_wrong_decision(5000);
        assert!((0.03..=0.05).contains(&probability), "{probability}");
    }
}

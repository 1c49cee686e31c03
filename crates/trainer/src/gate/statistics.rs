//! The statistics of paired comparisons: exact sign flips, confidence limits, and correction for many tests.

use crate::score::as_f64;

/// The one-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.644_853_626_951_472_7;

/// Returns the one-sided p-value of a positive sum of differences, if each difference is as probable as its negative.
///
/// It is exact: the distribution of the sum over all choices of signs, not a sample of them. If all differences are 1 or
/// −1, it is the exact test of McNemar ("Note on the Sampling Error of the Difference Between Correlated Proportions or
/// Percentages", 1947). If a difference is the sum of several pairs, these pairs keep or change their signs together, so
/// they may depend on each other.
#[must_use]
pub fn sign_flip_p_value(differences: &[i64]) -> f64 {
    let sizes: Vec<usize> =
        differences.iter().filter(|&&one| one != 0).map(|one| one.unsigned_abs().try_into().unwrap_or(0)).collect();
    // The entry `i` is the probability that the positive sizes sum to `i`.
    let mut distribution = vec![0.0; sizes.iter().sum::<usize>() + 1];
    distribution[0] = 1.0;
    for size in sizes {
        for sum in (0..distribution.len()).rev() {
            let flipped = if sum >= size { distribution[sum - size] } else { 0.0 };
            distribution[sum] = f64::midpoint(distribution[sum], flipped);
        }
    }
    let positive: i64 = differences.iter().filter(|&&one| one > 0).sum();
    distribution.iter().skip(positive.try_into().unwrap_or(0)).sum::<f64>().min(1.0)
}

/// Returns the upper limit of the mean of the differences, with 95 % confidence on one side. The differences are from −1
/// to 1.
///
/// It adds half a pair to each of the four kinds of pairs (Agresti & Min, "Simple Improved Confidence Intervals for
/// Comparing Matched Proportions", 2005), so that a set without any difference has a limit above 0.
#[must_use]
pub fn upper_limit(differences: &[f64]) -> f64 {
    let count = as_f64(differences.len()) + 2.0;
    let sum: f64 = differences.iter().sum();
    let squares: f64 = differences.iter().map(|one| one * one).sum::<f64>() + 1.0;
    (sum + Z * (squares - sum * sum / count).max(0.0).sqrt()) / count
}

/// Returns the p-values, adjusted so that a bound holds for all of them together (Holm, "A Simple Sequentially Rejective
/// Multiple Test Procedure", 1979).
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut highest: f64 = 0.0;
    for (rank, index) in order.into_iter().enumerate() {
        highest = highest.max(p_values[index] * as_f64(p_values.len() - rank)).min(1.0);
        adjusted[index] = highest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the exact p-value of McNemar's test for these numbers of discordant pairs.
    fn mcnemar(gained: usize, lost: usize) -> f64 {
        let mut differences = vec![1; gained];
        differences.extend(vec![-1; lost]);
        sign_flip_p_value(&differences)
    }

    #[test]
    fn one_pair_per_writer_is_the_exact_test_of_mcnemar() {
        let known = [
            (5, 0, 0.031_25),
            (4, 0, 0.0625),
            (7, 1, 9.0 / 256.0),
            (9, 2, 67.0 / 2048.0),
            (10, 3, 378.0 / 8192.0),
            (12, 4, 2517.0 / 65536.0),
            (0, 5, 1.0),
            (3, 3, 42.0 / 64.0),
        ];
        for (gained, lost, p) in known {
            assert!((mcnemar(gained, lost) - p).abs() < 1e-12, "{gained}:{lost} {}", mcnemar(gained, lost));
        }
    }

    #[test]
    fn the_fewest_wins_for_five_percent_are_those_of_the_table() {
        let fewest = |lost| (0..20).find(|&gained| mcnemar(gained, lost) <= 0.05).unwrap();
        assert_eq!([0, 1, 2, 3, 4, 5].map(fewest), [5, 7, 9, 10, 12, 13]);
    }

    #[test]
    fn the_drawings_of_one_writer_count_as_one() {
        assert!((sign_flip_p_value(&[30]) - 0.5).abs() < 1e-12);
        // 3 + 2 + 1 is the highest of eight sums; 3 + 2 − 1 the second highest.
        assert!((sign_flip_p_value(&[3, 2, 1]) - 1.0 / 8.0).abs() < 1e-12);
        assert!((sign_flip_p_value(&[3, 2, -1]) - 2.0 / 8.0).abs() < 1e-12);
        assert!((sign_flip_p_value(&[]) - 1.0).abs() < 1e-12);
        assert!((sign_flip_p_value(&[0, 0]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_upper_limit_is_that_of_agresti_and_min() {
        let differences = |worse: usize, better: usize, count: usize| {
            let mut all = vec![0.0; count];
            all[..worse].fill(1.0);
            all[worse..worse + better].fill(-1.0);
            all
        };
        assert!((upper_limit(&differences(0, 0, 750)) - Z / 752.0).abs() < 1e-12);
        // 12 worse and 4 better of 500: (8 + 1.645 · √(17 − 64/502)) / 502.
        assert!((upper_limit(&differences(12, 4, 500)) - 0.029_395).abs() < 1e-6);
        let half_width = upper_limit(&differences(6, 6, 5000));
        assert!((half_width - 0.001_186).abs() < 1e-6, "{half_width}");
    }

    #[test]
    fn holm_multiplies_the_smallest_p_value_by_the_number_of_tests() {
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (found, expected) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((found - expected).abs() < 1e-12, "{adjusted:?}");
        }
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    }
}

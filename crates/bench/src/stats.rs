//! Percentiles and medians.

use std::time::Duration;

/// Returns the percentile of sorted values by the nearest-rank method: the smallest value that at least the given share
/// of values does not exceed. Returns `None` for an empty slice.
pub(crate) fn percentile(sorted: &[Duration], share: f64) -> Option<Duration> {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count is between zero and the count"
    )]
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied()
}

/// Formats a time in milliseconds.
pub(crate) fn shown(time: Option<Duration>) -> String {
    time.map_or("none".to_owned(), |time| format!("{:.1} ms", time.as_secs_f64() * 1e3))
}

/// Returns the median: the middle value, or the mean of the two middle values. Returns NaN if there are no values.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let hundred: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        for (share, milliseconds) in [(0.0, 1), (0.5, 50), (0.505, 51), (0.99, 99), (1.0, 100)] {
            assert_eq!(percentile(&hundred, share), Some(Duration::from_millis(milliseconds)), "{share}");
        }
        assert_eq!(percentile(&hundred[..1], 0.99), Some(Duration::from_millis(1)));
        assert_eq!(percentile(&[], 0.5), None);
    }

    #[test]
    fn a_median_depends_neither_on_order_nor_on_outliers() {
        assert!((median([9.0, 1.0, 1e9]) - 9.0).abs() < 1e-9);
        assert!((median([4.0, 1.0, 2.0, 8.0]) - 3.0).abs() < 1e-9);
        assert!(median([]).is_nan());
    }
}

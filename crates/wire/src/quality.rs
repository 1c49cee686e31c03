//! The quality of the predictions, measured by people's labels.

use serde::{Deserialize, Serialize};
use time::Date;

/// The classes: the digits 0 to 9, and `not_a_digit` last.
const CLASSES: usize = 11;

/// The answer to `GET /api/v1/quality`. Predictions without a label, and those labelled `unsure`, are neither correct
/// nor incorrect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quality {
    /// The number of predictions.
    pub predictions: u64,
    /// How many of these predictions were deleted because of their age. All figures include them.
    #[serde(default)]
    pub pruned: u64,
    /// The share of the labelled predictions that is correct.
    pub correct: Share,
    /// The share of the random sample's labelled predictions that is correct. Unlike `correct`, it estimates the accuracy of
    /// all predictions, because chance decides which drawings people are asked to label.
    pub random_sample: Share,
    /// The number of labelled drawings of the random sample on which people disagree, or which they cannot tell.
    pub random_sample_undecided: u64,
    /// How many labelled or undecided drawings of the random sample were deleted because of their age. Both figures include
    /// them.
    #[serde(default)]
    pub random_sample_pruned: u64,
    /// The number of predictions of each label (the row: 0 to 9, not a digit) and predicted class (the column).
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Vec<u64>>))]
    pub confusion: [[u64; CLASSES]; CLASSES],
    /// The share of correct predictions in each confidence bin. Only predictions of a digit count; empty bins are left
    /// out.
    pub calibration: Vec<ConfidenceBin>,
    /// The predictions of each day, oldest first; days without any are left out.
    pub days: Vec<DayCounts>,
    /// The predictions of each model version, by name.
    pub models: Vec<ModelCounts>,
    /// The predictions in each bucket of the model service's latency, shortest first; empty buckets are left out.
    pub latency: Vec<LatencyBucket>,
    /// Two versions on the same drawings, for each challenger that was in shadow, newest first.
    #[serde(default)]
    pub same_drawings: Vec<SameDrawings>,
}

/// A share with its 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Share {
    /// The number of matching items.
    pub count: u64,
    /// The number of all items.
    pub total: u64,
    /// The lower end of the interval (Wilson, 1927); 0 if the total is 0.
    pub low: f64,
    /// The upper end; 1 if the total is 0.
    pub high: f64,
}

/// The labelled predictions of a confidence bin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfidenceBin {
    /// The lowest confidence of the bin.
    pub from: f64,
    /// The confidence at which the next bin begins, or 1.
    pub to: f64,
    /// The mean confidence.
    pub confidence: f64,
    /// The share that is correct.
    pub correct: Share,
}

/// The answer to `GET /api/v1/calibration`: the share of correct predictions in a confidence bin. Only predictions of a
/// digit with a label other than `unsure` count.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ObservedAccuracy {
    /// The lowest confidence of the bin.
    pub from: f64,
    /// The confidence at which the next bin begins, or 1.
    pub to: f64,
    /// The share that is correct.
    pub correct: Share,
}

/// The predictions of one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayCounts {
    /// The day in UTC.
    #[serde(with = "iso_date")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub day: Date,
    /// The number of predictions of each class: 0 to 9, not a digit.
    pub predicted: [u64; CLASSES],
    /// The mean confidence of the predictions of a digit; `null` if there are none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub confidence: Option<f64>,
}

time::serde::format_description!(iso_date, Date, "[year]-[month]-[day]");

/// The predictions of one model version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelCounts {
    /// The version.
    pub model: String,
    /// The number of predictions.
    pub predictions: u64,
    /// The share of the labelled predictions that is correct.
    pub correct: Share,
}

/// A challenger and the model that served, on the drawings that both classified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SameDrawings {
    /// The challenger.
    pub challenger: String,
    /// The model that served.
    pub champion: String,
    /// The number of drawings.
    pub drawings: u64,
    /// The number of labelled drawings that both classified correctly.
    pub both_correct: u64,
    /// The number of labelled drawings that only the challenger classified correctly.
    pub only_challenger_correct: u64,
    /// The number of labelled drawings that only the model that served classified correctly.
    pub only_champion_correct: u64,
    /// The number of labelled drawings that neither classified correctly.
    pub neither_correct: u64,
}

/// The predictions of a latency bucket.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LatencyBucket {
    /// The lowest latency of the bucket, in milliseconds.
    pub from_ms: f64,
    /// The latency at which the next bucket begins, in milliseconds.
    pub to_ms: f64,
    /// The number of predictions.
    pub predictions: u64,
}

impl Share {
    /// A share with Wilson's interval. Unlike the normal approximation, it stays within 0 and 1, and is valid for small
    /// totals and extreme shares.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2⁵³")]
    pub fn new(count: u64, total: u64) -> Self {
        /// The normal distribution's 97.5th percentile.
        const Z: f64 = 1.959_963_984_540_054;
        if total == 0 {
            return Self { count, total, low: 0.0, high: 1.0 };
        }
        let (n, share) = (total as f64, count as f64 / total as f64);
        let centre = share + Z * Z / (2.0 * n);
        let reach = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        Self { count, total, low: ((centre - reach) / scale).max(0.0), high: ((centre + reach) / scale).min(1.0) }
    }

    /// The share itself; `None` if the total is 0.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2⁵³")]
    pub fn value(&self) -> Option<f64> {
        (self.total > 0).then(|| self.count as f64 / self.total as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_wilsons_interval() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (count, total, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let share = Share::new(count, total);
            assert!((share.low - low).abs() < 5e-5 && (share.high - high).abs() < 5e-5, "{share:?}");
        }
        assert_eq!(Share::new(0, 0), Share { count: 0, total: 0, low: 0.0, high: 1.0 });
        assert_eq!((Share::new(0, 0).value(), Share::new(1, 4).value()), (None, Some(0.25)));
    }
}

//! How good the answers have been, by what people said of them.

use serde::{Deserialize, Serialize};
use time::Date;
use utoipa::ToSchema;

/// What a drawing can be taken for, or truly be: the digits 0 to 9, and at last `not_a_digit`.
const CLASSES: usize = 11;

/// The answer to `GET /quality.json`. Drawings that nobody labelled, and those labelled `unsure`, say nothing of how good
/// the answers are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Quality {
    /// All drawings.
    pub predictions: u64,
    /// Of those that are labelled, how many answers were right.
    pub right: Share,
    /// How many drawings of each true class (the row: 0 to 9, not a digit) were taken for each class (the column).
    #[schema(value_type = Vec<Vec<u64>>)]
    pub confusion: [[u64; CLASSES]; CLASSES],
    /// How often answers of a given confidence were right. Only answers that named a digit; steps without any are left out.
    pub reliability: Vec<Step>,
    /// What the drawings of each day were taken for, oldest first. Days without any are left out.
    pub days: Vec<DayTally>,
    /// Each version of the model, by name.
    pub models: Vec<ModelTally>,
    /// How many answers took how long, quickest first.
    pub paces: Vec<Pace>,
}

/// How many of how many, and between what the true share lies in 95 of 100 cases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Share {
    /// How many.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// The lower end of the interval (Wilson, 1927); 0 where there are none.
    pub low: f64,
    /// The upper end; 1 where there are none.
    pub high: f64,
}

/// Answers of about the same confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// The least confidence.
    pub from: f64,
    /// The confidence that is above all of them, or 1.
    pub to: f64,
    /// Their mean confidence.
    pub confidence: f64,
    /// How many were right.
    pub right: Share,
}

/// The answer to `GET /reliability`: how often answers that were about as sure have been right. Only labelled ones that
/// named a digit count, and none that is labelled `unsure`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reliability {
    /// The least confidence of those that count as about as sure.
    pub from: f64,
    /// The confidence that is above all of them, or 1.
    pub to: f64,
    /// How many were right.
    pub right: Share,
}

/// The drawings of one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DayTally {
    /// In UTC.
    #[serde(with = "iso_date")]
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// What they were taken for: 0 to 9, not a digit.
    pub said: [u64; CLASSES],
    /// The mean confidence of those that were taken for a digit; `null` where there are none.
    #[schema(required)]
    pub confidence: Option<f64>,
}

time::serde::format_description!(iso_date, Date, "[year]-[month]-[day]");

/// What one version of the model has answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelTally {
    /// Its name.
    pub model: String,
    /// All drawings.
    pub predictions: u64,
    /// Of those that are labelled, how many answers were right.
    pub right: Share,
}

/// Answers that took about as long.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Pace {
    /// They took at least so many milliseconds.
    pub from_ms: f64,
    /// And less than so many.
    pub to_ms: f64,
    /// How many.
    pub predictions: u64,
}

impl Share {
    /// So many of so many, with Wilson's interval: it stays within 0 and 1, and is right for few and for extreme ones, where
    /// the usual one is not.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2⁵³")]
    pub fn new(count: u64, of: u64) -> Self {
        /// The normal distribution's 97.5th percentile.
        const Z: f64 = 1.959_963_984_540_054;
        if of == 0 {
            return Self { count, of, low: 0.0, high: 1.0 };
        }
        let (n, share) = (of as f64, count as f64 / of as f64);
        let centre = share + Z * Z / (2.0 * n);
        let reach = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        Self { count, of, low: ((centre - reach) / scale).max(0.0), high: ((centre + reach) / scale).min(1.0) }
    }

    /// The share itself; `None` of none.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2⁵³")]
    pub fn value(&self) -> Option<f64> {
        (self.of > 0).then(|| self.count as f64 / self.of as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_wilsons_interval() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (count, of, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let share = Share::new(count, of);
            assert!((share.low - low).abs() < 5e-5 && (share.high - high).abs() < 5e-5, "{share:?}");
        }
        assert_eq!(Share::new(0, 0), Share { count: 0, of: 0, low: 0.0, high: 1.0 });
        assert_eq!((Share::new(0, 0).value(), Share::new(1, 4).value()), (None, Some(0.25)));
    }
}

//! The rules of the gate, which decides whether a challenger may replace the champion.

use serde::{Deserialize, Serialize};

/// A rule of the gate. Shares are from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum GateRule {
    /// All weights are finite numbers.
    FiniteWeights,
    /// The network computes the logits of the golden drawings that its card states.
    GoldenDrawings,
    /// The mean negative log-likelihood on held-out scanned digits, in nats, is below the bound.
    Loss,
    /// The share of correctly classified held-out scanned digits is above the bound.
    Accuracy,
    /// The latency, divided by the champion's, is at most the bound.
    Speed,
    /// The fall of the share of correct classifications is at most the bound: its upper 95 % confidence limit.
    NonInferiority,
    /// The p-value of a fall of that share in a slice, adjusted for the number of slices, is at least the bound.
    SliceHarm,
    /// The share of digits that are rejected is at most the bound.
    RejectedDigits,
    /// The fall of the share of negatives that are rejected is at most the bound.
    RejectedNegatives,
    /// The expected calibration error is at most the bound.
    CalibrationError,
    /// The number of collected drawings is at least the bound.
    CollectedDrawings,
    /// The number of writers of collected drawings is at least the bound.
    Writers,
    /// The p-value of fewer mistakes on collected drawings is at most the bound.
    Superiority,
}

impl GateRule {
    /// The name, as in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FiniteWeights => "finite_weights",
            Self::GoldenDrawings => "golden_drawings",
            Self::Loss => "loss",
            Self::Accuracy => "accuracy",
            Self::Speed => "speed",
            Self::NonInferiority => "non_inferiority",
            Self::SliceHarm => "slice_harm",
            Self::RejectedDigits => "rejected_digits",
            Self::RejectedNegatives => "rejected_negatives",
            Self::CalibrationError => "calibration_error",
            Self::CollectedDrawings => "collected_drawings",
            Self::Writers => "writers",
            Self::Superiority => "superiority",
        }
    }

    /// The unit of the measured value and of the bound.
    #[must_use]
    pub const fn unit(self) -> GateUnit {
        match self {
            Self::Accuracy | Self::RejectedDigits => GateUnit::Share,
            Self::NonInferiority | Self::RejectedNegatives => GateUnit::Points,
            Self::Speed => GateUnit::Ratio,
            Self::SliceHarm | Self::Superiority => GateUnit::Probability,
            Self::CollectedDrawings | Self::Writers => GateUnit::Count,
            Self::Loss | Self::CalibrationError | Self::FiniteWeights | Self::GoldenDrawings => GateUnit::None,
        }
    }

    /// How the measured value has to relate to the bound.
    #[must_use]
    pub const fn relation(self) -> &'static str {
        match self {
            Self::Loss => "<",
            Self::Accuracy => ">",
            Self::SliceHarm | Self::CollectedDrawings | Self::Writers => "≥",
            _ => "≤",
        }
    }
}

/// The unit of a rule's measured value and bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateUnit {
    /// A share, from 0 to 1.
    Share,
    /// A difference of two shares, from −1 to 1.
    Points,
    /// A quotient of two latencies.
    Ratio,
    /// A p-value.
    Probability,
    /// A count.
    Count,
    /// A number without a unit.
    None,
}

//! The gate: decides whether a challenger may replace the champion.
//!
//! Its functions are pure: they get the classifications of both models and return checks, and
//! [`ComparisonOutcome`](wire::ComparisonOutcome) follows from these. The rules are in docs/training.md.

mod collected;
mod floor;
mod hold_outs;
mod mistakes;
mod non_inferiority;
mod rates;
#[cfg(test)]
mod simulated_years;
mod slices;
mod speed;
pub mod statistics;
mod superiority;
#[cfg(test)]
mod tests;
mod uses;

pub use collected::{CollectedDrawing, CollectedPair, read_collected};
pub use floor::{floor, invalid_checkpoint, valid_checkpoint};
pub use hold_outs::{PairedSet, SetKind, hold_outs};
pub use mistakes::{Mistakes, mistakes};
pub use speed::{Speed, speed};
pub use superiority::Collected;
#[cfg(test)]
pub(crate) use uses::read_uses;
pub use uses::{GateDrawings, GateUses};

use wire::{CheckResult, GateCheck, GateRule};

/// The measurements of a challenger and the champion.
#[derive(Debug)]
pub struct Evidence {
    /// The hold-outs of [`hold_outs`], with the classifications of both models.
    pub sets: Vec<PairedSet>,
    /// The challenger's latency.
    pub speed: Speed,
    /// The collected drawings; `None` if there are none.
    pub collected: Option<Collected>,
}

/// Applies all rules except those of the floor.
#[must_use]
pub fn checks(evidence: &Evidence) -> Vec<GateCheck> {
    let collected = evidence.collected.as_ref();
    let mut checks = vec![speed::check(&evidence.speed)];
    checks.extend(non_inferiority::checks(&evidence.sets));
    checks.extend(slices::checks(&evidence.sets, collected));
    checks.extend(rates::checks(&evidence.sets));
    checks.extend(superiority::checks(collected));
    checks
}

/// Returns a check that passes or has the other result.
fn check(rule: GateRule, slice: Option<&str>, measured: f64, bound: f64, passes: bool, or: CheckResult) -> GateCheck {
    GateCheck {
        rule,
        slice: slice.map(str::to_owned),
        measured: measured.is_finite().then_some(measured),
        bound: Some(bound),
        result: if passes { CheckResult::Passed } else { or },
        detail: None,
    }
}

/// Returns a check of a rule that could not be applied.
fn undecided(rule: GateRule, slice: Option<&str>, detail: impl Into<String>) -> GateCheck {
    GateCheck {
        rule,
        slice: slice.map(str::to_owned),
        measured: None,
        bound: None,
        result: CheckResult::Undecided,
        detail: Some(detail.into()),
    }
}

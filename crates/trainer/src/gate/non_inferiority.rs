//! Non-inferiority: the challenger is not worse than the champion on the hold-outs, by more than a margin.

use super::{PairedSet, SetKind, check, statistics::upper_limit, undecided};
use crate::score::as_f64;
use std::collections::BTreeMap;
use wire::{CheckResult, GateCheck, GateRule};

/// The largest allowed fall of the share of correct classifications.
const MARGINS: [(SetKind, &str, f64); 2] =
    [(SetKind::Scanned, "scanned digits", 0.002), (SetKind::Pen, "pen strokes", 0.005)];

/// Checks the upper confidence limit of the fall on each kind of digits. A limit above the margin is undecided if the
/// share did not fall: there are too few digits to tell.
pub(super) fn checks(sets: &[PairedSet]) -> Vec<GateCheck> {
    MARGINS.map(|(kind, name, margin)| check_falls(&falls(sets, kind), name, margin)).into()
}

fn check_falls(falls: &[f64], name: &str, margin: f64) -> GateCheck {
    if falls.is_empty() {
        return undecided(GateRule::NonInferiority, Some(name), "there is no such hold-out");
    }
    let mean = falls.iter().sum::<f64>() / as_f64(falls.len());
    let limit = upper_limit(falls);
    let or = if mean > 0.0 { CheckResult::Failed } else { CheckResult::Undecided };
    let check = check(GateRule::NonInferiority, Some(name), limit, margin, limit <= margin, or);
    GateCheck { detail: Some(format!("{:+.2} points of {} digits", mean * 100.0, falls.len())), ..check }
}

/// Returns the fall for each digit: the mean over the sets that render it, because these depend on each other.
fn falls(sets: &[PairedSet], kind: SetKind) -> Vec<f64> {
    let mut digits: BTreeMap<usize, (i64, usize)> = BTreeMap::new();
    for set in sets.iter().filter(|set| set.kind() == kind) {
        for (index, gained) in set.mistakes_gained().enumerate() {
            let (sum, count) = digits.entry(index).or_default();
            *sum += gained;
            *count += 1;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "there are a few sets")]
    digits.into_values().map(|(sum, count)| sum as f64 / as_f64(count)).collect()
}

//! Rates: rejected digits, rejected negatives, and the calibration error.

use super::{PairedSet, SetKind, check, undecided};
use crate::score::{Evaluated, Rate, Score};
use wire::{CheckResult, GateCheck, GateRule};

/// The largest share of the digits of a set that may be rejected.
const REJECTED_DIGITS: f64 = 0.005;
/// The largest fall of the share of negatives that are rejected.
const REJECTED_NEGATIVES: f64 = 0.02;
/// The largest expected calibration error.
const CALIBRATION_ERROR: f64 = 0.01;
/// The number of digits below which the calibration error is mostly chance.
const ENOUGH_DIGITS: usize = 1000;

/// Checks all rates.
pub(super) fn checks(sets: &[PairedSet]) -> Vec<GateCheck> {
    let digits = sets.iter().filter(|set| set.kind() != SetKind::Negatives).map(rejected_digits);
    let calibrated = [(SetKind::Scanned, "scanned digits"), (SetKind::Pen, "pen strokes")];
    let calibration = calibrated.into_iter().filter_map(|(kind, name)| calibration_error(sets, kind, name));
    digits.chain([rejected_negatives(sets)]).chain(calibration).collect()
}

fn rejected_digits(set: &PairedSet) -> GateCheck {
    let share = rejected(set.challenger.iter()).share;
    let passes = share <= REJECTED_DIGITS;
    check(GateRule::RejectedDigits, Some(&set.set.name), share, REJECTED_DIGITS, passes, CheckResult::Failed)
}

/// Compares the rejected share of all negatives together: the slices check each kind.
fn rejected_negatives(sets: &[PairedSet]) -> GateCheck {
    let negatives: Vec<&PairedSet> = sets.iter().filter(|set| set.kind() == SetKind::Negatives).collect();
    if negatives.is_empty() {
        return undecided(GateRule::RejectedNegatives, None, "there are no held-out negatives");
    }
    let champion = rejected(negatives.iter().flat_map(|set| &set.champion));
    let challenger = rejected(negatives.iter().flat_map(|set| &set.challenger));
    let fall = champion.share - challenger.share;
    let passes = fall <= REJECTED_NEGATIVES;
    let check = check(GateRule::RejectedNegatives, None, fall, REJECTED_NEGATIVES, passes, CheckResult::Failed);
    let detail = format!("the challenger rejects {challenger}, the champion {champion}");
    GateCheck { detail: Some(detail), ..check }
}

fn calibration_error(sets: &[PairedSet], kind: SetKind, name: &str) -> Option<GateCheck> {
    let of_kind = sets.iter().filter(|set| set.kind() == kind);
    let evaluated: Vec<Evaluated> = of_kind.flat_map(|set| &set.challenger).cloned().collect();
    let error = Score::of(name, &evaluated).calibration_error?;
    let enough = evaluated.len() >= ENOUGH_DIGITS;
    let passes = !enough || error <= CALIBRATION_ERROR;
    let check = check(GateRule::CalibrationError, Some(name), error, CALIBRATION_ERROR, passes, CheckResult::Failed);
    let detail = (!enough).then(|| format!("{} digits are too few to tell", evaluated.len()));
    Some(GateCheck { detail, ..check })
}

fn rejected<'a>(evaluated: impl Iterator<Item = &'a Evaluated>) -> Rate {
    let (rejected, all) = evaluated
        .fold((0, 0), |(rejected, all), one| (rejected + usize::from(one.classification.rejection.is_some()), all + 1));
    Rate::of(rejected, all)
}

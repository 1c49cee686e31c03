//! Slices: no digit, source or kind of negatives may have become worse.

use super::{Collected, PairedSet, SetKind, check, hold_outs::gained, statistics};
use digit::{Digit, TrueLabel};
use std::collections::BTreeMap;
use wire::{CheckResult, GateCheck, GateRule};

/// The bound of the adjusted p-value, below which a slice has become worse.
const HARM: f64 = 0.01;
/// The number of discordant pairs below which no p-value is evidence of anything.
const FEW: i64 = 5;

/// Mistakes that the challenger gained on samples of a slice, less those that it lost, summed over samples that depend
/// on each other.
struct Slice {
    name: String,
    differences: Vec<i64>,
}

/// Checks each slice for evidence of harm.
pub(super) fn checks(sets: &[PairedSet], collected: Option<&Collected>) -> Vec<GateCheck> {
    let slices: Vec<Slice> = Digit::all()
        .map(|digit| of_digit(sets, digit))
        .chain(sets.iter().map(of_set))
        .chain(collected.map(of_collected))
        .filter(|slice| !slice.differences.is_empty())
        .collect();
    let p_values: Vec<f64> = slices.iter().map(|slice| statistics::sign_flip_p_value(&slice.differences)).collect();
    slices.iter().zip(statistics::holm(&p_values)).map(|(slice, p_value)| slice.check(p_value)).collect()
}

/// Returns the slice of a digit over all sets. The renderings of one pen digit count together.
fn of_digit(sets: &[PairedSet], digit: Digit) -> Slice {
    let mut samples: BTreeMap<(SetKind, usize), i64> = BTreeMap::new();
    for set in sets.iter().filter(|set| set.kind() != SetKind::Negatives) {
        for (index, (champion, challenger)) in set.pairs().enumerate() {
            if champion.truth() == TrueLabel::Digit(digit) {
                let gained = gained(champion.is_correct(), challenger.is_correct());
                *samples.entry((set.kind(), index)).or_default() += gained;
            }
        }
    }
    Slice { name: format!("digit {digit}"), differences: samples.into_values().collect() }
}

fn of_set(set: &PairedSet) -> Slice {
    Slice { name: set.set.name.clone(), differences: set.mistakes_gained().collect() }
}

fn of_collected(collected: &Collected) -> Slice {
    Slice { name: Collected::NAME.to_owned(), differences: collected.mistakes_gained_by_writer() }
}

impl Slice {
    fn check(&self, p_value: f64) -> GateCheck {
        let sum = |sign: i64| self.differences.iter().map(|one| (one * sign).max(0)).sum::<i64>();
        let (gained, lost) = (sum(1), sum(-1));
        let too_few = if gained + lost < FEW { "; too few to tell" } else { "" };
        let check = check(GateRule::SliceHarm, Some(&self.name), p_value, HARM, p_value >= HARM, CheckResult::Failed);
        GateCheck { detail: Some(format!("mistakes gained: {gained}, lost: {lost}{too_few}")), ..check }
    }
}

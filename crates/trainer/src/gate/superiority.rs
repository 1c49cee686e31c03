//! Superiority: the challenger makes fewer mistakes than the champion on collected drawings.

use super::{CollectedPair, GateUses, check, statistics::sign_flip_p_value};
use std::collections::BTreeMap;
use wire::{CheckResult, GateCheck, GateRule};

/// The fewest drawings and writers that decide.
const DRAWINGS: usize = 300;
const WRITERS: usize = 20;

/// The collected drawings of the gate.
#[derive(Debug)]
pub struct Collected {
    /// The drawings with the answers of both models.
    pub pairs: Vec<CollectedPair>,
    /// The uses of these drawings, this one included.
    pub uses: GateUses,
}

impl Collected {
    /// The name of their slice.
    pub const NAME: &str = "collected drawings";

    /// Returns for each writer the mistakes that the challenger gained, less those that it lost.
    pub(super) fn mistakes_gained_by_writer(&self) -> Vec<i64> {
        let mut writers: BTreeMap<&str, i64> = BTreeMap::new();
        for pair in &self.pairs {
            *writers.entry(&pair.writer).or_default() += pair.mistake_gained();
        }
        writers.into_values().collect()
    }

    fn detail(&self) -> String {
        let count = |sign| self.pairs.iter().filter(|pair| pair.mistake_gained() == sign).count();
        format!(
            "mistakes lost: {}, gained: {}; uses of these drawings: {}, renewals within a year: {}",
            count(-1),
            count(1),
            self.uses.uses,
            self.uses.renewals
        )
    }
}

/// Checks whether there are enough drawings, and if so, whether the challenger makes fewer mistakes on them.
pub(super) fn checks(collected: Option<&Collected>) -> Vec<GateCheck> {
    let by_writer = collected.map(Collected::mistakes_gained_by_writer).unwrap_or_default();
    let drawings = collected.map_or(0, |collected| collected.pairs.len());
    let mut checks = vec![
        at_least(GateRule::CollectedDrawings, drawings, DRAWINGS),
        at_least(GateRule::Writers, by_writer.len(), WRITERS),
    ];
    if let Some(collected) = collected
        && checks.iter().all(|check| check.result == CheckResult::Passed)
    {
        let check = fewer_mistakes(&by_writer, collected.uses);
        checks.push(GateCheck { detail: Some(collected.detail()), ..check });
    }
    checks
}

/// Checks whether the challenger makes fewer mistakes, from the mistakes that it gained for each writer. The p-value is
/// that of McNemar's test, in which the drawings of one writer may depend on each other.
pub(super) fn fewer_mistakes(gained_by_writer: &[i64], uses: GateUses) -> GateCheck {
    let lost_by_writer: Vec<i64> = gained_by_writer.iter().map(|gained| -gained).collect();
    let (p_value, level) = (sign_flip_p_value(&lost_by_writer), uses.level());
    check(GateRule::Superiority, None, p_value, level, p_value <= level, CheckResult::Undecided)
}

fn at_least(rule: GateRule, found: usize, bound: usize) -> GateCheck {
    let number = crate::score::as_f64;
    check(rule, None, number(found), number(bound), found >= bound, CheckResult::Undecided)
}

//! The outcomes of a run, and their tables.

use crate::{
    documented::{CODES, name},
    inputs::Kind,
};
use std::{collections::BTreeMap, fmt::Write, time::Duration};

/// The number of slowest inputs in the report.
const SLOWEST: usize = 5;

/// The number of outcomes per kind in the table; the others are summed.
const NAMED: usize = 12;

/// The counts of outcomes.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    outcomes: BTreeMap<(Kind, String), u64>,
    slowest: Vec<(Duration, Kind, u64)>,
}

impl Tally {
    /// Returns the number of inputs.
    #[must_use]
    pub fn inputs(&self) -> u64 {
        self.outcomes.values().sum()
    }

    /// Returns the share of inputs with status 200.
    #[must_use]
    pub fn answered(&self) -> f64 {
        share(
            self.outcomes.iter().filter(|((_, outcome), _)| outcome == "200").map(|(_, count)| count).sum(),
            self.inputs(),
        )
    }

    /// Returns the codes of problems that no input caused.
    #[must_use]
    pub fn never_met(&self) -> Vec<String> {
        let met = |code: &String| self.outcomes.keys().any(|(_, outcome)| outcome == code);
        CODES.map(name).into_iter().filter(|code| !met(code)).collect()
    }

    pub(crate) fn add(&mut self, kind: Kind, index: u64, outcome: String, took: Duration) {
        *self.outcomes.entry((kind, outcome)).or_default() += 1;
        self.keep_slowest((took, kind, index));
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (outcome, count) in other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
        other.slowest.into_iter().for_each(|slow| self.keep_slowest(slow));
    }

    fn keep_slowest(&mut self, slow: (Duration, Kind, u64)) {
        if self.slowest.len() < SLOWEST || self.slowest.last().is_some_and(|last| slow.0 > last.0) {
            self.slowest.push(slow);
            self.slowest.sort_unstable_by(|one, other| other.cmp(one));
            self.slowest.truncate(SLOWEST);
        }
    }

    /// Returns a table of inputs by kind and outcome, the slowest inputs, and the codes that never occurred.
    #[must_use]
    pub fn table(&self) -> String {
        let mut table = "| input | sent | answered | other outcomes |\n| --- | --- | --- | --- |\n".to_owned();
        for kind in Kind::all() {
            let mut outcomes: Vec<(&str, u64)> =
                self.outcomes.iter().filter(|((of, _), _)| *of == kind).map(|((_, name), n)| (&name[..], *n)).collect();
            outcomes.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
            let sent = outcomes.iter().map(|(_, count)| count).sum();
            let answered = outcomes.iter().find(|(name, _)| *name == "200").map_or(0, |(_, count)| *count);
            outcomes.retain(|(name, _)| *name != "200");
            let answered = 100.0 * share(answered, sent);
            let _ = writeln!(table, "| {} | {sent} | {answered:.1} % | {} |", kind.name(), listed(&outcomes));
        }
        let _ = writeln!(table, "| all | {} | {:.1} % | |", self.inputs(), 100.0 * self.answered());
        let _ = writeln!(table, "\nNo input caused: {}.", or_none(&self.never_met()));
        let slow = |(took, kind, index): &(Duration, Kind, u64)| format!("{took:.0?} ({}, input {index})", kind.name());
        let _ = writeln!(table, "Slowest: {}.", or_none(&self.slowest.iter().map(slow).collect::<Vec<_>>()));
        table
    }
}

fn listed(outcomes: &[(&str, u64)]) -> String {
    let (named, rest) = outcomes.split_at(outcomes.len().min(NAMED));
    let mut listed: Vec<String> = named.iter().map(|(name, count)| format!("{name} {count}")).collect();
    if !rest.is_empty() {
        listed.push(format!("{} others {}", rest.len(), rest.iter().map(|(_, count)| count).sum::<u64>()));
    }
    listed.join(", ")
}

fn or_none(items: &[String]) -> String {
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}

#[expect(clippy::cast_precision_loss, reason = "there are not that many inputs")]
fn share(count: u64, of: u64) -> f64 {
    count as f64 / of.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_of_several_tasks_add_up_and_keep_the_slowest() {
        let (mut one, mut other) = (Tally::default(), Tally::default());
        for index in 0..10 {
            one.add(Kind::Png, index, "200".to_owned(), Duration::from_millis(index));
            other.add(Kind::Gif, index, "corrupt_image".to_owned(), Duration::from_millis(100 + index));
        }
        one.merge(other);
        assert_eq!(one.inputs(), 20);
        assert!((one.answered() - 0.5).abs() < 1e-9);
        assert!(!one.never_met().contains(&"corrupt_image".to_owned()) && one.never_met().len() == CODES.len() - 1);
        let table = one.table();
        assert!(table.contains("| PNG | 10 | 100.0 % |  |\n"), "{table}");
        assert!(table.contains("| GIF | 10 | 0.0 % | corrupt_image 10 |\n"), "{table}");
        assert!(table.contains("Slowest: 109ms (GIF, input 9), 108ms"), "{table}");
    }
}

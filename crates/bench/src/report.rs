//! The table of results: medians of the rounds, and ratios between digits and the peer.

use crate::{load::Round, stats::median};
use std::fmt::Write;

/// The rounds of one target with one number of clients.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    clients: usize,
    name: &'static str,
    pub(crate) rounds: Vec<Round>,
}

impl Row {
    /// Returns a row without rounds.
    pub(crate) fn new(clients: usize, name: &'static str) -> Self {
        Self { clients, name, rounds: Vec::new() }
    }

    fn median(&self, value: fn(&Round) -> f64) -> f64 {
        median(self.rounds.iter().map(value))
    }

    /// Returns the median of the ratios between this row's value and the other row's value in the same round.
    fn ratio(&self, other: &Self, value: fn(&Round) -> f64) -> f64 {
        median(self.rounds.iter().zip(&other.rounds).map(|(one, other)| value(one) / value(other)))
    }

    fn errors(&self) -> String {
        let failed = self.rounds.iter().filter(|round| !round.failures.is_empty());
        let errors: Vec<String> = failed.map(Round::errors).collect();
        if errors.is_empty() { "none".to_owned() } else { errors.join("; ") }
    }
}

/// Returns all rows in Markdown. After the rows of two targets with the same number of clients, a row has their ratios.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut table =
        "| clients | | requests/s | p50 | p99 | errors |\n| --- | --- | --- | --- | --- | --- |\n".to_owned();
    for rows in rows.chunk_by(|one, other| one.clients == other.clients) {
        for row in rows {
            let _ = writeln!(
                table,
                "| {} | {} | {:.0} | {:.2} ms | {:.2} ms | {} |",
                row.clients,
                row.name,
                row.median(|round| round.per_second),
                row.median(|round| round.p50_ms),
                row.median(|round| round.p99_ms),
                row.errors()
            );
        }
        if let [one, other] = rows {
            let _ = writeln!(
                table,
                "| {} | {} : {} | {:.2} | {:.2} | {:.2} | |",
                one.clients,
                one.name,
                other.name,
                one.ratio(other, |round| round.per_second),
                one.ratio(other, |round| round.p50_ms),
                one.ratio(other, |round| round.p99_ms)
            );
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn round(per_second: f64) -> Round {
        Round { answers: 1, per_second, p50_ms: 2.0, p99_ms: 8.0, failures: BTreeMap::new() }
    }

    #[test]
    fn a_ratio_compares_rounds_that_ran_side_by_side() {
        // The machine was twice as busy in the second round, for both.
        let mut ours = Row { rounds: [100.0, 50.0, 120.0].map(round).into(), ..Row::new(16, "digits") };
        let peer = Row { rounds: [20.0, 10.0, 30.0].map(round).into(), ..Row::new(16, "peer") };
        ours.rounds[1].failures.insert("429".to_owned(), 2);
        let table = table(&[ours, peer]);
        let lines: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| 16 | digits | 100 | 2.00 ms | 8.00 ms | 2 × 429 |",
                "| 16 | peer | 20 | 2.00 ms | 8.00 ms | none |",
                "| 16 | digits : peer | 5.00 | 1.00 | 1.00 | |",
            ]
        );
    }
}

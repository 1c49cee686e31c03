//! The checks of a comparison as rows of text, for the terminal and the HTML page.

use std::fmt::Write;
use wire::{CheckResult, Comparison, GateCheck, GateUnit};

/// A check as text.
#[derive(Debug)]
pub(crate) struct CheckRow {
    pub(crate) rule: &'static str,
    pub(crate) slice: String,
    pub(crate) measured: String,
    pub(crate) bound: String,
    pub(crate) result: &'static str,
    pub(crate) detail: String,
}

impl From<&GateCheck> for CheckRow {
    fn from(check: &GateCheck) -> Self {
        let format = |value: f64| format(check.rule.unit(), value);
        Self {
            rule: check.rule.name(),
            slice: check.slice.clone().unwrap_or_default(),
            measured: check.measured.map(format).unwrap_or_default(),
            bound: check.bound.map(|bound| format!("{} {}", check.rule.relation(), format(bound))).unwrap_or_default(),
            result: match check.result {
                CheckResult::Passed => "passed",
                CheckResult::Failed => "failed",
                CheckResult::Undecided => "undecided",
            },
            detail: check.detail.clone().unwrap_or_default(),
        }
    }
}

/// Returns the comparison as a table in Markdown, and the outcome.
pub(crate) fn table(comparison: &Comparison) -> String {
    let mut text = "| rule | on | measured | bound | result | |\n| --- | --- | ---: | ---: | --- | --- |\n".to_owned();
    for row in comparison.checks.iter().map(CheckRow::from) {
        let CheckRow { rule, slice, measured, bound, result, detail } = row;
        let _ = writeln!(text, "| {rule} | {slice} | {measured} | {bound} | {result} | {detail} |");
    }
    let _ = write!(text, "\n{}", summary(comparison));
    text
}

/// Returns a sentence with the outcome and the rules behind it.
pub(crate) fn summary(comparison: &Comparison) -> String {
    let against = comparison.champion.as_deref().unwrap_or("no champion");
    let mut rules: Vec<String> = comparison.reasons().map(reason).collect();
    rules.dedup();
    let because = if rules.is_empty() { String::new() } else { format!(" ({})", rules.join("; ")) };
    format!("{} against {against}: {}{because}", &*comparison.challenger, comparison.outcome.name())
}

/// Returns the name of the rule, with the slice.
fn reason(check: &GateCheck) -> String {
    check.slice.as_ref().map_or_else(|| check.rule.name().to_owned(), |slice| format!("{}: {slice}", check.rule.name()))
}

/// Formats a value in its unit.
fn format(unit: GateUnit, value: f64) -> String {
    match unit {
        GateUnit::Share => format!("{:.2} %", value * 100.0),
        GateUnit::Points => format!("{:.2} points", value * 100.0),
        GateUnit::Ratio => format!("{value:.2} ×"),
        GateUnit::Probability if value < 1e-4 => format!("p {value:.1e}"),
        GateUnit::Probability => format!("p {value:.4}"),
        GateUnit::Count => format!("{value:.0}"),
        GateUnit::None => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::OffsetDateTime;
    use wire::{ComparisonOutcome, GateRule};

    #[test]
    fn the_table_shows_numbers_in_their_units_and_the_reasons() {
        let check = |rule, slice: Option<&str>, measured, bound, result| GateCheck {
            rule,
            slice: slice.map(str::to_owned),
            measured: Some(measured),
            bound: Some(bound),
            result,
            detail: None,
        };
        let comparison = Comparison {
            challenger: "v2".parse().unwrap(),
            champion: Some("v1".parse().unwrap()),
            compared_at: OffsetDateTime::UNIX_EPOCH,
            outcome: ComparisonOutcome::Worse,
            checks: vec![
                check(GateRule::Accuracy, None, 0.9975, 0.9, CheckResult::Passed),
                check(GateRule::SliceHarm, Some("digit 7"), 3e-9, 0.01, CheckResult::Failed),
            ],
            gate_use: None,
            mistakes_gained: Vec::new(),
            mistakes_lost: Vec::new(),
        };
        let table = table(&comparison);
        assert!(table.contains("| accuracy |  | 99.75 % | > 90.00 % | passed |  |"), "{table}");
        assert!(table.contains("| slice_harm | digit 7 | p 3.0e-9 | ≥ p 0.0100 | failed |  |"), "{table}");
        assert!(table.ends_with("v2 against v1: worse (slice_harm: digit 7)"), "{table}");
    }
}

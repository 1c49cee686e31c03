//! Tests that docs/operations.md lists exactly the metrics that the services serve.

use super::documents;
use crate::stack::Stack;
use std::collections::BTreeSet;

/// Returns the names in a text that begin like metrics of digits.
fn names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
    words.filter(|word| word.starts_with("digits_") && *word != "digits_api").collect()
}

#[tokio::test]
async fn the_documented_metrics_are_those_that_the_services_serve() {
    let stack = Stack::start().await;
    let served = stack.metrics().await;
    // A metric family has a TYPE line. Documents name the samples, and those of a counter end in _total.
    let families = served.lines().filter_map(|line| line.strip_prefix("# TYPE ")).map(|line| {
        let (name, kind) = line.split_once(' ').unwrap();
        match kind {
            "counter" => format!("{name}_total"),
            "info" => format!("{name}_info"),
            _ => name.to_owned(),
        }
    });
    let families: BTreeSet<String> = families.filter(|name| name.starts_with("digits_")).collect();
    let documents = documents();
    let operations = documents.iter().find(|document| document.path == "docs/operations.md").unwrap();
    let prose = operations.prose();
    let documented: BTreeSet<String> = names(&prose).into_iter().map(str::to_owned).collect();
    let undocumented: Vec<_> = families.difference(&documented).collect();
    let unknown: Vec<_> = documented.difference(&families).collect();
    assert!(undocumented.is_empty() && unknown.is_empty(), "undocumented: {undocumented:?}, unknown: {unknown:?}");
}

//! Checks of accessibility with axe-core.

use crate::{stack::root, webdriver::Browser};
use serde_json::Value;
use std::fmt::Write;

const RUN: &str = "const done = arguments[arguments.length - 1]; \
                   axe.run(document, { resultTypes: ['violations'] }).then((found) => done(found.violations), \
                   (error) => done(String(error)));";

impl Browser {
    /// Asserts that axe-core finds no violation on the current page. `state` describes the page in the message.
    pub(crate) async fn assert_accessible(&self, state: &str) {
        let axe = std::fs::read_to_string(root().join(".axe-core/axe.min.js"))
            .expect("this test needs axe-core: scripts/axe.sh gets it, as `make test` does");
        self.client.execute(&axe, Vec::new()).await.unwrap();
        let found = self.client.execute_async(RUN, Vec::new()).await.unwrap();
        let violations = found.as_array().unwrap_or_else(|| panic!("{state}: {found}"));
        assert!(violations.is_empty(), "{state}:\n{}", report(violations));
    }
}

/// Returns a line for each element that violates a rule.
fn report(violations: &[Value]) -> String {
    let mut lines = String::new();
    for violation in violations {
        for node in violation["nodes"].as_array().unwrap() {
            let [rule, impact, help] = ["id", "impact", "help"].map(|name| violation[name].as_str().unwrap_or("?"));
            let why = node["failureSummary"].as_str().unwrap_or("").replace('\n', " ");
            writeln!(lines, "{rule} ({impact}) at {}: {help}. {why}", node["target"]).unwrap();
        }
    }
    lines
}

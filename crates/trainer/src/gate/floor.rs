//! The floor: the rules that every champion keeps, the first one included.

use super::check;
use crate::score::{Evaluated, Score};
use network::InvalidCheckpoint;
use wire::{CheckResult, GateCheck, GateRule};

/// The loss on held-out scanned digits, in nats, that a model must be below.
const LOSS: f64 = 0.5;
/// The accuracy on held-out scanned digits that a model must be above.
const ACCURACY: f64 = 0.9;

/// Checks the loss and the accuracy of a model on held-out scanned digits.
#[must_use]
pub fn floor(scanned: &[Evaluated]) -> Vec<GateCheck> {
    let score = Score::of("", scanned);
    let loss = score.loss.unwrap_or(f64::NAN);
    let accuracy = score.accuracy.map_or(f64::NAN, |accuracy| accuracy.share);
    vec![
        check(GateRule::Loss, None, loss, LOSS, loss < LOSS, CheckResult::Failed),
        check(GateRule::Accuracy, None, accuracy, ACCURACY, accuracy > ACCURACY, CheckResult::Failed),
    ]
}

/// Returns the checks of a model that was loaded: loading verifies the weights and the golden drawings.
#[must_use]
pub fn valid_checkpoint() -> Vec<GateCheck> {
    [GateRule::FiniteWeights, GateRule::GoldenDrawings]
        .map(|rule| of_checkpoint(rule, CheckResult::Passed, None))
        .into()
}

/// Returns the failed check of a model that cannot be loaded; `None` if the fault is not one of the model itself, such as
/// a missing file.
#[must_use]
pub fn invalid_checkpoint(fault: &InvalidCheckpoint) -> Option<GateCheck> {
    let rule = match fault {
        InvalidCheckpoint::NotFinite(_) => GateRule::FiniteWeights,
        InvalidCheckpoint::Golden { .. } => GateRule::GoldenDrawings,
        _ => return None,
    };
    Some(of_checkpoint(rule, CheckResult::Failed, Some(fault.to_string())))
}

fn of_checkpoint(rule: GateRule, result: CheckResult, detail: Option<String>) -> GateCheck {
    GateCheck { rule, slice: None, measured: None, bound: None, result, detail }
}

//! Speed: the challenger is not much slower than a champion of the same architecture.

use super::undecided;
use network::Architecture;
use wire::{CheckResult, GateCheck, GateRule};

/// The largest allowed latency, as a multiple of the champion's.
const SLOWER: f64 = 1.2;

/// The challenger's latency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// The latency, as a multiple of that of the champion, which has the same architecture.
    Ratio(f64),
    /// The architectures differ, so the latencies do, too.
    OtherArchitecture {
        /// The champion's architecture.
        champion: Architecture,
        /// The challenger's architecture.
        challenger: Architecture,
    },
}

/// Measures the latency as a multiple of the champion's. A ratio above the bound is measured once more, because a busy
/// machine can cause one; the lower of both counts.
///
/// # Errors
/// When a measurement fails.
pub fn speed<E>(mut measure: impl FnMut() -> Result<f64, E>) -> Result<Speed, E> {
    let ratio = measure()?;
    Ok(Speed::Ratio(if ratio <= SLOWER { ratio } else { ratio.min(measure()?) }))
}

pub(super) fn check(speed: &Speed) -> GateCheck {
    match *speed {
        Speed::Ratio(ratio) => super::check(GateRule::Speed, None, ratio, SLOWER, ratio <= SLOWER, CheckResult::Failed),
        Speed::OtherArchitecture { champion, challenger } => undecided(
            GateRule::Speed,
            None,
            format!("{challenger} replaces {champion}: an operator decides about another architecture"),
        ),
    }
}

//! The learning rate over a training run.

use std::f64::consts::PI;

/// The share of the run in which the rate rises.
const WARM_UP: f64 = 0.25;
/// The initial rate, relative to the peak.
const START: f64 = 1.0 / 25.0;
/// The final rate, relative to the peak.
const END: f64 = 1.0 / 10_000.0;

/// The one-cycle schedule: the rate rises along a half cosine to `peak`, then falls along another (Smith & Topin,
/// "Super-Convergence", 2018). `progress` goes from 0 to 1.
pub(crate) fn one_cycle(peak: f64, progress: f64) -> f64 {
    if progress < WARM_UP {
        cosine(peak * START, peak, progress / WARM_UP)
    } else {
        cosine(peak, peak * END, (progress - WARM_UP) / (1.0 - WARM_UP))
    }
}

fn cosine(from: f64, to: f64, progress: f64) -> f64 {
    to + (from - to) * (1.0 + (PI * progress).cos()) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_to_its_peak_and_falls_to_its_end() {
        let rate = |progress| one_cycle(1.0, progress);
        assert!((rate(0.0) - 0.04).abs() < 1e-9);
        assert!((rate(0.25) - 1.0).abs() < 1e-9);
        assert!((rate(1.0) - 1e-4).abs() < 1e-9);
        assert!(rate(0.1) < rate(0.2) && rate(0.5) > rate(0.9));
    }
}

//! The reliability diagram: accuracy and number of digits by confidence.

use super::figures;
use crate::score::{Evaluated, Rate, confidence_bins, total_of};
use askama::Template;
use charts::{Axis, Scale, Tick};
use network::Class;
use wire::ConfidenceBin;

/// A reliability diagram, with a bar chart of the counts below it.
#[derive(Debug, Template)]
#[template(path = "reliability.svg")]
pub(super) struct Reliability {
    pub(super) title: String,
    pub(super) bins: Vec<Shown>,
    ticks: Vec<(Tick, Tick)>,
}

/// A bin that is not empty.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) confidence: String,
    pub(super) accuracy: Rate,
    pub(super) count: String,
    /// The label above the bar.
    short: String,
    /// The coordinates of the mean confidence, the accuracy and the ends of the accuracy's interval.
    x: f64,
    y: f64,
    low: f64,
    high: f64,
    /// The coordinates of the count's bar.
    left: f64,
    top: f64,
}

/// The inner edges of the diagram and of the bar chart.
const LEFT: f64 = 48.0;
const RIGHT: f64 = 400.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 212.0;
const BARS_TOP: f64 = 246.0;
const BARS_BOTTOM: f64 = 292.0;

const TICKS: [f64; 6] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];

impl Reliability {
    /// Returns the diagram of the digits among the classifications.
    pub(super) fn of<'a>(title: impl Into<String>, evaluated: impl Iterator<Item = &'a Evaluated>) -> Self {
        let digits: Vec<&Evaluated> = evaluated.filter(|one| matches!(one.class, Class::Digit(_))).collect();
        let bins = confidence_bins(&digits);
        let most = bins.iter().map(|bin| bin.correct.total).max().unwrap_or(0);
        let ticks = |axis: Axis| axis.ticks(&TICKS, |share| format!("{:.0} %", share * 100.0)).into_iter();
        Self {
            title: title.into(),
            bins: bins.iter().map(|bin| Shown::new(bin, most)).collect(),
            ticks: ticks(across()).zip(ticks(up())).collect(),
        }
    }
}

impl Shown {
    fn new(bin: &ConfidenceBin, most: u64) -> Self {
        let (accuracy, count) = (Rate::from(bin.correct), bin.correct.total);
        let (across, up) = (across(), up());
        // The scale is logarithmic, since nearly all digits are in the last bin.
        let bars = Axis::new(Scale::Logarithmic, (0.5, total_of(most)), (BARS_BOTTOM, BARS_TOP));
        Self {
            confidence: figures::percent(bin.confidence),
            accuracy,
            count: charts::count(count, figures::THOUSANDS),
            short: figures::short(count),
            x: across.scale(bin.confidence),
            y: up.scale(accuracy.share),
            low: up.scale(accuracy.low),
            high: up.scale(accuracy.high),
            left: across.scale(bin.from),
            top: bars.scale(total_of(count)),
        }
    }
}

const fn across() -> Axis {
    Axis::linear((0.0, 1.0), (LEFT, RIGHT))
}

const fn up() -> Axis {
    Axis::linear((0.0, 1.0), (BOTTOM, TOP))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::pictures::tests::evaluated;

    #[test]
    fn a_bin_whose_accuracy_equals_its_confidence_lies_on_the_diagonal() {
        let classifications: Vec<Evaluated> = (0..10).map(|i| evaluated(3, if i < 9 { 3 } else { 5 }, 0.9)).collect();
        let diagram = Reliability::of("threes", classifications.iter());
        let [bin] = &diagram.bins[..] else { panic!("one bin of confidence: {diagram:?}") };
        assert_eq!((bin.x, bin.y), (across().scale(0.9), up().scale(0.9)));
        assert!(bin.low > bin.y && bin.high < bin.y, "the interval does not contain the accuracy: {bin:?}");
        assert_eq!(bin.count, "10");
    }

    #[test]
    fn a_diagram_without_digits_is_drawn() {
        let svg = Reliability::of("nothing", [].iter()).render().unwrap();
        assert!(!svg.contains("NaN") && !svg.contains("circle"), "{svg}");
    }
}

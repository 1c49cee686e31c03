//! The reliability diagram: accuracy by confidence, and the number of digits by confidence.

use super::{
    axis::{Axis, Scale, Tick},
    figures,
};
use crate::score::{BINS, Bin, Evaluated, Share, as_f64, reliability};
use askama::Template;
use network::Class;

/// A reliability diagram with the counts below it.
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
    pub(super) accuracy: Share,
    pub(super) count: String,
    /// The text above its bar.
    short: String,
    /// The places of its mean confidence, its accuracy and the ends of the accuracy's interval.
    x: f64,
    y: f64,
    low: f64,
    high: f64,
    /// The bar of its count.
    left: f64,
    top: f64,
}

/// The inner edges of the diagram, and of the bars below it.
const LEFT: f64 = 48.0;
const RIGHT: f64 = 400.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 212.0;
const BARS_TOP: f64 = 246.0;
const BARS_BOTTOM: f64 = 292.0;

impl Reliability {
    /// The diagram of the digits among some classifications.
    pub(super) fn of<'a>(title: impl Into<String>, evaluated: impl Iterator<Item = &'a Evaluated>) -> Self {
        let digits: Vec<&Evaluated> = evaluated.filter(|one| matches!(one.class, Class::Digit(_))).collect();
        let bins = reliability(&digits);
        let most = bins.iter().map(|bin| bin.count).max().unwrap_or(0);
        let filled = bins.iter().enumerate().filter(|(_, bin)| bin.count > 0);
        let (across, up) = (across(), up());
        let tick = |share: &f64| {
            let tick = |axis: &Axis| Tick { at: axis.place(*share), text: format!("{:.0} %", share * 100.0) };
            (tick(&across), tick(&up))
        };
        Self {
            title: title.into(),
            bins: filled.map(|(index, bin)| Shown::new(index, bin, most)).collect(),
            ticks: [0.0, 0.2, 0.4, 0.6, 0.8, 1.0].iter().map(tick).collect(),
        }
    }
}

impl Shown {
    fn new(index: usize, bin: &Bin, most: usize) -> Self {
        let accuracy = Share::of(right(bin), bin.count);
        let (across, up) = (across(), up());
        // A logarithmic scale, because nearly all digits are in the last bin.
        let bars = Axis::new(Scale::Logarithmic, (0.5, as_f64(most)), (BARS_BOTTOM, BARS_TOP));
        Self {
            confidence: figures::percent(bin.confidence),
            accuracy,
            count: figures::count(bin.count),
            short: figures::short(bin.count),
            x: across.place(bin.confidence),
            y: up.place(bin.accuracy),
            low: up.place(accuracy.low),
            high: up.place(accuracy.high),
            left: across.place(as_f64(index) / as_f64(BINS)),
            top: bars.place(as_f64(bin.count)),
        }
    }
}

const fn across() -> Axis {
    Axis::new(Scale::Linear, (0.0, 1.0), (LEFT, RIGHT))
}

const fn up() -> Axis {
    Axis::new(Scale::Linear, (0.0, 1.0), (BOTTOM, TOP))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count is a count")]
fn right(bin: &Bin) -> usize {
    (bin.accuracy * as_f64(bin.count)).round() as usize
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
        assert_eq!((bin.x, bin.y), (across().place(0.9), up().place(0.9)));
        assert!(bin.low > bin.y && bin.high < bin.y, "an interval around it, upwards is less: {bin:?}");
        assert_eq!(bin.count, "10");
    }

    #[test]
    fn a_diagram_without_digits_is_drawn() {
        let svg = Reliability::of("nothing", [].iter()).render().unwrap();
        assert!(!svg.contains("NaN") && !svg.contains("circle"), "{svg}");
    }
}

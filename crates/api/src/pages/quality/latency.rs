//! The latency chart: predictions by latency, on a logarithmic scale.

use super::number;
use crate::messages::Messages;
use askama::Template;
use charts::{Axis, Tick, tenth};
use wire::{LatencyBucket, Quality};

const LEFT: f64 = 12.0;
const RIGHT: f64 = 348.0;
const VERTICAL_RANGE: (f64, f64) = (132.0, 12.0);

/// The ticks of the axis, in milliseconds.
const TICKS: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1_000.0, 5_000.0, 10_000.0];

/// The chart.
#[derive(Template)]
#[template(path = "quality/latency.html")]
pub(super) struct LatencyChart {
    messages: &'static Messages,
    ticks: Vec<Tick>,
    bars: Vec<Bar>,
    /// The median and the 95th percentile, as a sentence.
    about: String,
}

/// The predictions of a latency bucket.
struct Bar {
    left: f64,
    top: f64,
    width: f64,
    time: String,
    figure: String,
}

impl LatencyChart {
    pub(super) fn new(messages: &'static Messages, quality: &Quality) -> Option<Self> {
        let (first, last) = (quality.latency.first()?, quality.latency.last()?);
        let horizontal = Axis::linear((octave(first.from_ms), octave(last.to_ms)), (LEFT, RIGHT));
        let highest = quality.latency.iter().map(|bucket| bucket.predictions).max()?;
        let vertical = Axis::linear((0.0, number(highest)), VERTICAL_RANGE);
        let bar = |bucket: &LatencyBucket| {
            let (left, right) = (horizontal.scale(octave(bucket.from_ms)), horizontal.scale(octave(bucket.to_ms)));
            Bar {
                left,
                top: vertical.scale(number(bucket.predictions)),
                width: tenth((right - left - 1.0).max(1.0)),
                time: format!("{}–{}", messages.milliseconds(bucket.from_ms), messages.milliseconds(bucket.to_ms)),
                figure: messages.count(bucket.predictions),
            }
        };
        let octaves: Vec<f64> = TICKS.map(octave).into();
        Some(Self {
            messages,
            ticks: horizontal.ticks(&octaves, |octave| messages.milliseconds(octave.exp2())),
            bars: quality.latency.iter().map(bar).collect(),
            about: messages.quality.latency_about.format([
                ("median", messages.milliseconds(within(&quality.latency, 0.5)).into()),
                ("percentile", messages.milliseconds(within(&quality.latency, 0.95)).into()),
                ("count", quality.latency.iter().map(|bucket| bucket.predictions).sum::<u64>().into()),
            ]),
        })
    }
}

/// The binary logarithm of milliseconds. Values below 0.84 ms count as 0.84 ms.
fn octave(ms: f64) -> f64 {
    ms.max(0.84).log2() // a quarter of an octave below 1 ms, so that the first bar has a width
}

/// The upper bound of the bucket with this quantile, in milliseconds.
fn within(latency: &[LatencyBucket], share: f64) -> f64 {
    let all: u64 = latency.iter().map(|bucket| bucket.predictions).sum();
    let mut so_far = 0;
    let enough = latency.iter().find(|bucket| {
        so_far += bucket.predictions;
        number(so_far) >= share * number(all)
    });
    enough.map_or(0.0, |bucket| bucket.to_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_upper_bound_of_its_bucket() {
        let bucket = |from_ms, to_ms, predictions| LatencyBucket { from_ms, to_ms, predictions };
        let latency = [bucket(1.0, 2.0, 50), bucket(2.0, 4.0, 44), bucket(8.0, 16.0, 6)];
        assert_eq!([0.5, 0.51, 0.95].map(|share| within(&latency, share).to_string()), ["2", "4", "16"]);
        assert_eq!(within(&[], 0.5).to_string(), "0");
    }
}

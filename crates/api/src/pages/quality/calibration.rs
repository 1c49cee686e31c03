//! The calibration chart: the share of correct predictions by confidence.

use crate::messages::Messages;
use askama::Template;
use charts::{Axis, Tick};
use wire::{ConfidenceBin, Quality};

/// The axes. Their lengths are equal, so that the diagonal has 45°.
const HORIZONTAL: Axis = Axis::linear((0.0, 1.0), (44.0, 338.0));
const VERTICAL: Axis = Axis::linear((0.0, 1.0), (306.0, 12.0));

const TICKS: [f64; 6] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];

/// The chart.
#[derive(Template)]
#[template(path = "quality/calibration.html")]
pub(super) struct CalibrationChart {
    messages: &'static Messages,
    confidence_ticks: Vec<Tick>,
    share_ticks: Vec<Tick>,
    points: Vec<Point>,
}

/// The predictions of a confidence bin.
struct Point {
    x: f64,
    y: f64,
    /// The ends of the confidence interval on the vertical axis.
    low: f64,
    high: f64,
    confidence: String,
    correct: String,
    interval: String,
    figure: String,
}

impl CalibrationChart {
    pub(super) fn new(messages: &'static Messages, quality: &Quality) -> Self {
        let whole = |share: f64| format!("{:.0}\u{a0}%", share * 100.0);
        Self {
            messages,
            confidence_ticks: HORIZONTAL.ticks(&TICKS, whole),
            share_ticks: VERTICAL.ticks(&TICKS, whole),
            points: quality.calibration.iter().map(|bin| Point::new(messages, bin)).collect(),
        }
    }
}

impl Point {
    fn new(messages: &Messages, ConfidenceBin { from, to, confidence, correct }: &ConfidenceBin) -> Self {
        let share = correct.value().unwrap_or_default();
        Self {
            x: HORIZONTAL.scale(*confidence),
            y: VERTICAL.scale(share),
            low: VERTICAL.scale(correct.low),
            high: VERTICAL.scale(correct.high),
            confidence: format!("{:.0}–{}", from * 100.0, messages.share(*to)),
            correct: messages.share(share),
            interval: messages.interval(correct),
            figure: messages.count(correct.total),
        }
    }
}

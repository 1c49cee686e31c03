//! Whether answers are as often right as they say: the share that was right, by confidence.

use super::axis::{Axis, Tick};
use crate::routes::words::Words;
use askama::Template;
use digit::wire::{Quality, Step};

/// The shares along both sides; equal lengths, so that the diagonal is one.
const ACROSS: Axis = Axis { values: (0.0, 1.0), places: (44.0, 338.0) };
const UP: Axis = Axis { values: (0.0, 1.0), places: (306.0, 12.0) };

const TICKS: [f64; 6] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];

/// The diagram.
#[derive(Template)]
#[template(path = "quality/reliability.html")]
pub(super) struct Reliability {
    words: &'static Words,
    across: Vec<Tick>,
    up: Vec<Tick>,
    points: Vec<Point>,
}

/// Answers of about the same confidence.
struct Point {
    x: f64,
    y: f64,
    /// Where the interval ends, downwards and upwards.
    low: f64,
    high: f64,
    confidence: String,
    right: String,
    interval: String,
    figure: String,
}

impl Reliability {
    pub(super) fn new(words: &'static Words, quality: &Quality) -> Self {
        let whole = |share: f64| format!("{:.0}\u{a0}%", share * 100.0);
        Self {
            words,
            across: ACROSS.ticks(&TICKS, whole),
            up: UP.ticks(&TICKS, whole),
            points: quality.reliability.iter().map(|step| Point::new(words, step)).collect(),
        }
    }
}

impl Point {
    fn new(words: &Words, Step { from, to, confidence, right }: &Step) -> Self {
        let share = right.value().unwrap_or_default();
        Self {
            x: ACROSS.place(*confidence),
            y: UP.place(share),
            low: UP.place(right.low),
            high: UP.place(right.high),
            confidence: format!("{:.0}–{}", from * 100.0, words.share(*to)),
            right: words.share(share),
            interval: words.interval(right),
            figure: words.count(right.of),
        }
    }
}

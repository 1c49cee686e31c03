//! How long answers took: how many by time, on a scale of equal ratios.

use super::axis::{Axis, Tick, number, tenth};
use crate::routes::words::Words;
use askama::Template;
use digit::wire::{Pace, Quality};

const LEFT: f64 = 12.0;
const RIGHT: f64 = 348.0;
const UP: (f64, f64) = (132.0, 12.0);

/// Milliseconds that are written below the bars, where they fit.
const TICKS: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1_000.0, 5_000.0, 10_000.0];

/// The picture; nothing where no answer was timed.
#[derive(Template)]
#[template(path = "quality/paces.html")]
pub(super) struct Paces {
    words: &'static Words,
    ticks: Vec<Tick>,
    bars: Vec<Bar>,
    /// Within what time half of the answers came, and 95 of 100.
    half: String,
    most: String,
    count: String,
}

/// Answers that took about as long.
struct Bar {
    left: f64,
    top: f64,
    width: f64,
    time: String,
    figure: String,
}

impl Paces {
    pub(super) fn new(words: &'static Words, quality: &Quality) -> Option<Self> {
        let (first, last) = (quality.paces.first()?, quality.paces.last()?);
        let across = Axis { values: (octave(first.from_ms), octave(last.to_ms)), places: (LEFT, RIGHT) };
        let highest = quality.paces.iter().map(|pace| pace.predictions).max()?;
        let up = Axis { values: (0.0, number(highest)), places: UP };
        let bar = |pace: &Pace| {
            let (left, right) = (across.place(octave(pace.from_ms)), across.place(octave(pace.to_ms)));
            Bar {
                left,
                top: up.place(number(pace.predictions)),
                width: tenth((right - left - 1.0).max(1.0)),
                time: format!("{}–{}", words.milliseconds(pace.from_ms), words.milliseconds(pace.to_ms)),
                figure: words.count(pace.predictions),
            }
        };
        let octaves: Vec<f64> = TICKS.map(octave).into();
        Some(Self {
            words,
            ticks: across.ticks(&octaves, |octave| words.milliseconds(octave.exp2())),
            bars: quality.paces.iter().map(bar).collect(),
            half: words.milliseconds(within(&quality.paces, 0.5)),
            most: words.milliseconds(within(&quality.paces, 0.95)),
            count: words.count(quality.paces.iter().map(|pace| pace.predictions).sum()),
        })
    }
}

/// The octave above a millisecond; what took less is counted there.
fn octave(ms: f64) -> f64 {
    ms.max(0.84).log2() // a quarter of an octave below, so that the first bar has a width
}

/// Within what time this share of the answers came, as far as the counts tell: the end of the bar in which it lies.
fn within(paces: &[Pace], share: f64) -> f64 {
    let all: u64 = paces.iter().map(|pace| pace.predictions).sum();
    let mut so_far = 0;
    let enough = paces.iter().find(|pace| {
        so_far += pace.predictions;
        number(so_far) >= share * number(all)
    });
    enough.map_or(0.0, |pace| pace.to_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_answers_came_within_the_bar_in_which_it_is_full() {
        let pace = |from_ms, to_ms, predictions| Pace { from_ms, to_ms, predictions };
        let paces = [pace(1.0, 2.0, 50), pace(2.0, 4.0, 44), pace(8.0, 16.0, 6)];
        assert_eq!([0.5, 0.51, 0.95].map(|share| within(&paces, share).to_string()), ["2", "4", "16"]);
        assert_eq!(within(&[], 0.5).to_string(), "0");
    }
}

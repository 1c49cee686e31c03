//! The curves of loss and accuracy by epoch, in training and on each held-out set.

use crate::{score::Score, training_history::EpochLog};
use askama::Template;
use charts::{Axis, Scale, Tick, tenth};

/// A chart of lines over epochs.
#[derive(Debug, Template)]
#[template(path = "curves.svg")]
pub(super) struct Curves {
    /// The accessible name of the chart.
    label: &'static str,
    lines: Vec<Line>,
    epochs: Vec<Tick>,
    values: Vec<Tick>,
}

#[derive(Debug)]
struct Line {
    name: String,
    /// The index of the colour; training has the first.
    colour: usize,
    /// The coordinates, as SVG's `points`.
    points: String,
    /// The coordinates of the last point.
    end: (f64, f64),
}

/// A series with a value for each epoch.
struct Series {
    name: String,
    colour: usize,
    /// The epochs and values.
    values: Vec<(f64, f64)>,
}

/// The chart's inner edges.
const LEFT: f64 = 48.0;
const RIGHT: f64 = 412.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 224.0;

/// Returns the chart of the loss. Its scale is logarithmic, since the loss falls by orders of magnitude.
pub(super) fn loss(history: &[EpochLog]) -> Curves {
    let series = series(history, |log| log.loss, |score| score.loss);
    let (low, high) = range(&series);
    let axis = Axis::new(Scale::Logarithmic, (low * 0.9, high * 1.1), (BOTTOM, TOP));
    let ticks: Vec<f64> =
        [0.001, 0.01, 0.1, 1.0, 10.0].iter().flat_map(|size| [1.0, 2.0, 5.0].map(|n| n * size)).collect();
    chart(
        "Loss by epoch",
        history,
        &series,
        &axis,
        axis.ticks(&ticks, |value| format!("{value:.4}").trim_end_matches('0').trim_end_matches('.').to_owned()),
    )
}

/// Returns the chart of the accuracy, or the rejection rate of negatives. Its scale widens towards 100 %.
pub(super) fn accuracy(history: &[EpochLog]) -> Curves {
    const TICKS: [f64; 10] = [0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999];
    let share = |score: &Score| Some(score.accuracy.unwrap_or(score.rejection_rate).share);
    let series = series(history, |log| log.accuracy, share);
    let (low, high) = range(&series);
    let low = TICKS.into_iter().rfind(|&tick| tick <= low).unwrap_or(0.0);
    let high = TICKS.into_iter().find(|&tick| tick >= high).unwrap_or(0.9999);
    let axis = Axis::new(Scale::Nines, (low, high), (BOTTOM, TOP));
    let ticks = axis.ticks(&TICKS, |share| format!("{} %", tenth(share * 1000.0) / 10.0));
    chart("Accuracy by epoch", history, &series, &axis, ticks)
}

/// Returns the series of training and of each held-out set with such a value.
fn series(
    history: &[EpochLog],
    training: impl Fn(&EpochLog) -> f64,
    held_out: impl Fn(&Score) -> Option<f64>,
) -> Vec<Series> {
    let values = |value: &dyn Fn(&EpochLog) -> Option<f64>| {
        history.iter().filter_map(|log| Some((f64::from(log.epoch), value(log)?))).collect::<Vec<_>>()
    };
    let training = Series { name: "training".to_owned(), colour: 0, values: values(&|log| Some(training(log))) };
    let sets = history.last().map_or(&[][..], |log| &log.holdouts).iter().enumerate().map(|(index, score)| Series {
        name: score.set.clone(),
        colour: index + 1,
        values: values(&|log| log.holdouts.get(index).and_then(&held_out)),
    });
    std::iter::once(training).chain(sets).filter(|series| !series.values.is_empty()).collect()
}

fn range(series: &[Series]) -> (f64, f64) {
    let values = || series.iter().flat_map(|series| &series.values).map(|&(_, value)| value);
    (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
}

fn chart(label: &'static str, history: &[EpochLog], series: &[Series], axis: &Axis, values: Vec<Tick>) -> Curves {
    let last = history.last().map_or(1, |log| log.epoch);
    let epochs = Axis::linear((1.0, f64::from(last)), (LEFT, RIGHT));
    let line = |series: &Series| {
        let places = || series.values.iter().map(|&(epoch, value)| (epochs.scale(epoch), axis.scale(value)));
        Line {
            name: series.name.clone(),
            colour: series.colour,
            points: places().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" "),
            end: places().next_back().unwrap_or_default(),
        }
    };
    Curves {
        label,
        lines: series.iter().map(line).collect(),
        epochs: epochs.ticks(&round_epochs(last), |epoch| epoch.to_string()),
        values,
    }
}

/// Returns up to eight epochs for the labels of the axis.
fn round_epochs(last: u32) -> Vec<f64> {
    let step = [1, 2, 5, 10, 20, 50, 100].into_iter().find(|step| last / step <= 8).unwrap_or(last);
    (1..=last).filter(|epoch| epoch.is_multiple_of(step)).map(f64::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Rate;

    fn score(set: &str, share: f64, loss: Option<f64>) -> Score {
        let share = Rate { share, low: share, high: share };
        Score {
            set: set.to_owned(),
            samples: 10,
            errors: 0,
            accuracy: loss.map(|_| share),
            rejected: 0,
            rejection_rate: share,
            loss,
            calibration_error: loss,
            error_at_95_coverage: loss,
        }
    }

    fn history() -> Vec<EpochLog> {
        let log = |epoch: u32| EpochLog {
            epoch,
            loss: 1.0 / f64::from(epoch),
            accuracy: 0.9,
            learning_rate: 0.1,
            holdouts: vec![score("<b>digits</b>", 0.99, Some(0.1)), score("scribbles", 0.8, None)],
            seconds: 1.0,
        };
        (1..=3).map(log).collect()
    }

    #[test]
    fn negatives_appear_in_the_accuracy_chart_and_not_in_the_loss_chart() {
        let names = |curves: Curves| curves.lines.into_iter().map(|line| line.colour).collect::<Vec<_>>();
        assert_eq!(names(loss(&history())), [0, 1]);
        assert_eq!(names(accuracy(&history())), [0, 1, 2]);
    }

    #[test]
    fn a_line_spans_all_epochs_and_falls_with_the_loss() {
        let line = &loss(&history()).lines[0];
        let places: Vec<f64> = line.points.split([' ', ',']).map(|number| number.parse().unwrap()).collect();
        assert_eq!((places[0], places[4]), (LEFT, RIGHT));
        assert!(places[1] < places[3] && places[3] < places[5], "{places:?}");
    }

    #[test]
    fn a_name_is_escaped_in_the_svg() {
        let svg = loss(&history()).render().unwrap();
        assert!(svg.contains("digits") && !svg.contains("<b>"), "{svg}");
    }

    #[test]
    fn charts_of_one_epoch_and_of_none_are_drawn() {
        for epochs in [0, 1] {
            let svg = accuracy(&history()[..epochs]).render().unwrap();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }
}

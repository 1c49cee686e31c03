//! The drift chart: rejections, confidence and accuracy of the serving model by week, beside its evaluation.

use crate::{messages::Messages, model_files::EvaluatedRanges, store::Week};
use askama::Template;
use charts::{Axis, Tick, tenth};
use digit::ModelVersion;
use time::{Date, Duration};
use wire::Share;

/// The number of weeks, the present one included.
const WEEKS: i64 = 12;

const LEFT: f64 = 52.0;
const RIGHT: f64 = 348.0;
/// The bottom and top of each panel, and the place of its title.
const REJECTED: (f64, f64) = (92.0, 28.0);
const CONFIDENCE: (f64, f64) = (192.0, 128.0);
const ACCURACY: (f64, f64) = (292.0, 228.0);
/// The least length of an axis, so that a small change looks small.
const LEAST_RANGE: f64 = 0.1;

/// The chart.
#[derive(Template)]
#[template(path = "models/drift.html")]
pub(super) struct Drift {
    messages: &'static Messages,
    version: String,
    panels: [Panel; 3],
    rows: Vec<Row>,
    /// The ranges of the evaluation: rejections and accuracy.
    evaluation: Option<(String, String)>,
}

/// A part of the chart, with one figure of each week.
struct Panel {
    title: &'static str,
    /// The baseline of the title.
    title_y: f64,
    ticks: Vec<Tick>,
    /// The top and the height of the evaluation's range.
    band: Option<(f64, f64)>,
    points: Vec<Point>,
}

/// The figure of a week, with its confidence interval.
struct Point {
    x: f64,
    y: f64,
    interval: Option<(f64, f64)>,
}

/// The figures of a week, as texts.
struct Row {
    monday: Date,
    drawings: String,
    rejected: String,
    confidence: String,
    accuracy: String,
    labelled: String,
}

/// A figure and the ends of its confidence interval, if it has one.
type Figure = (f64, Option<(f64, f64)>);

impl Drift {
    /// The Monday (UTC) with which the chart of this day begins.
    pub(super) fn begin(today: Date) -> Date {
        let monday = today - Duration::days(today.weekday().number_days_from_monday().into());
        monday - Duration::weeks(WEEKS - 1)
    }

    pub(super) fn new(
        messages: &'static Messages,
        version: &ModelVersion,
        begin: Date,
        weeks: &[Week],
        evaluation: Option<EvaluatedRanges>,
    ) -> Self {
        let texts = &messages.drift;
        let panel = |title, place, end, band, figure: fn(&Week) -> Option<Figure>| {
            Panel::new(title, place, end, band, begin, weeks, figure)
        };
        let accuracy = evaluation.map(|ranges| ranges.accuracy);
        Self {
            messages,
            version: version.to_string(),
            panels: [
                panel(&texts.rejected, REJECTED, End::Zero, evaluation.map(|ranges| ranges.rejected), |week| {
                    share(&week.rejected)
                }),
                // A calibrated model is as confident, on average, as it is correct.
                panel(&texts.confidence, CONFIDENCE, End::One, accuracy, |week| Some((week.confidence?, None))),
                panel(&texts.accuracy, ACCURACY, End::One, accuracy, |week| share(&week.random_sample)),
            ],
            rows: weeks.iter().rev().map(|week| Row::new(messages, week)).collect(),
            evaluation: evaluation.map(|ranges| (range(messages, ranges.rejected), range(messages, ranges.accuracy))),
        }
    }
}

/// The end of an axis that never moves.
#[derive(Clone, Copy)]
enum End {
    Zero,
    One,
}

impl End {
    /// An axis with this end that shows all values.
    fn axis(self, values: &[f64], place: (f64, f64)) -> (Axis, [f64; 2]) {
        let ends = match self {
            Self::Zero => [0.0, values.iter().copied().fold(LEAST_RANGE, f64::max)],
            Self::One => [values.iter().copied().fold(1.0 - LEAST_RANGE, f64::min), 1.0],
        };
        (Axis::linear((ends[0], ends[1]), place), ends)
    }
}

impl Panel {
    fn new(
        title: &'static str,
        place: (f64, f64),
        end: End,
        band: Option<(f64, f64)>,
        begin: Date,
        weeks: &[Week],
        figure: fn(&Week) -> Option<Figure>,
    ) -> Self {
        let figures: Vec<(Date, Figure)> = weeks.iter().filter_map(|week| Some((week.monday, figure(week)?))).collect();
        // An interval of few drawings may be longer than the axis.
        let values: Vec<f64> = figures
            .iter()
            .map(|(_, (value, _))| *value)
            .chain(band.into_iter().flat_map(|(low, high)| [low, high]))
            .collect();
        let (axis, ends) = end.axis(&values, place);
        let point = |(monday, (value, interval)): (Date, Figure)| Point {
            x: column(begin, monday),
            y: axis.scale(value),
            interval: interval.map(|(low, high)| (axis.scale(low), axis.scale(high))),
        };
        Self {
            title,
            title_y: place.1 - 10.0,
            ticks: axis.ticks(&ends, |share| format!("{:.0}\u{a0}%", share * 100.0)),
            band: band.map(|(low, high)| {
                let (top, bottom) = (axis.scale(high), axis.scale(low));
                (top, tenth((bottom - top).max(1.0)))
            }),
            points: figures.into_iter().map(point).collect(),
        }
    }
}

impl Row {
    fn new(messages: &Messages, Week { monday, rejected, confidence, random_sample }: &Week) -> Self {
        let none = || "–".to_owned();
        let accuracy = random_sample
            .value()
            .map(|share| format!("{} ({})", messages.share(share), messages.interval(random_sample)));
        Self {
            monday: *monday,
            drawings: messages.count(rejected.total),
            rejected: rejected.value().map_or_else(none, |share| messages.share(share)),
            confidence: confidence.map_or_else(none, |mean| messages.share(mean)),
            accuracy: accuracy.unwrap_or_else(none),
            labelled: messages.count(random_sample.total),
        }
    }
}

/// The middle of a week's column.
fn column(begin: Date, monday: Date) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a dozen weeks")]
    let (place, weeks) = ((monday - begin).whole_weeks() as f64, WEEKS as f64);
    tenth(LEFT + (place + 0.5) * (RIGHT - LEFT) / weeks)
}

fn share(share: &Share) -> Option<Figure> {
    Some((share.value()?, Some((share.low, share.high))))
}

fn range(messages: &Messages, (low, high): (f64, f64)) -> String {
    format!("{} – {}", messages.share(low), messages.share(high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn the_chart_begins_on_a_monday_eleven_weeks_before_this_one() {
        assert_eq!(Drift::begin(date!(2026 - 11 - 30)), date!(2026 - 09 - 14)); // a Monday
        assert_eq!(Drift::begin(date!(2026 - 12 - 06)), date!(2026 - 09 - 14)); // the Sunday after it
    }

    #[test]
    fn the_present_week_is_the_last_column() {
        let begin = Drift::begin(date!(2026 - 11 - 30));
        let width = (RIGHT - LEFT) / 12.0;
        assert!((column(begin, begin) - (LEFT + width / 2.0)).abs() < 0.1);
        assert!((column(begin, date!(2026 - 11 - 30)) - (RIGHT - width / 2.0)).abs() < 0.1);
    }

    #[test]
    fn an_axis_shows_every_value_and_at_least_ten_points() {
        let ends = |end: End, values: &[f64]| end.axis(values, ACCURACY).1.map(|end| end.to_string());
        assert_eq!(ends(End::Zero, &[0.01, 0.02]), ["0", "0.1"]);
        assert_eq!(ends(End::Zero, &[0.3]), ["0", "0.3"]);
        assert_eq!(ends(End::One, &[0.99]), ["0.9", "1"]);
        assert_eq!(ends(End::One, &[0.75]), ["0.75", "1"]);
    }
}

//! The drift chart: drawings, mean confidence and predicted classes over time.

use super::{confusion::short_name, number};
use crate::messages::Messages;
use askama::Template;
use charts::{Axis, Tick, depth, tenth};
use digit::TrueLabel;
use time::{Date, Duration};
use wire::{DayCounts, Quality};

/// The largest number of columns. If there are more days, several share a column.
const MAX_COLUMNS: i64 = 60;
/// The least number of columns that share the width, so that the bar of a single day does not fill the chart.
const MIN_COLUMNS: i64 = 12;

const LEFT: f64 = 44.0;
const RIGHT: f64 = 348.0;
/// The bottom and top of each part of the chart.
const DRAWINGS: (f64, f64) = (76.0, 12.0);
const CONFIDENCE: (f64, f64) = (164.0, 100.0);
const CLASSES: f64 = 188.0;
/// The height of the strip of a class.
const STRIP: f64 = 14.0;

/// The chart.
#[derive(Template)]
#[template(path = "quality/drift.html")]
pub(super) struct Drift {
    messages: &'static Messages,
    columns: Vec<Column>,
    width: f64,
    /// The largest number of drawings in a column.
    most: String,
    confidence_ticks: Vec<Tick>,
    /// Each class, at the bottom of its strip.
    classes: Vec<Tick>,
}

/// The drawings of the days that share a column.
struct Column {
    left: f64,
    middle: f64,
    /// The first and the last day.
    from: Date,
    to: Date,
    /// The number of drawings, and the top of the bar.
    figure: String,
    top: f64,
    /// The mean confidence, and its vertical position.
    confidence: Option<(String, f64)>,
    predicted: Vec<Part>,
}

/// The drawings of one predicted class: their number, and the position and opacity of the strip's colour.
struct Part {
    figure: String,
    top: f64,
    opacity: f64,
}

/// The sums of the days that share a column.
#[derive(Default)]
struct Sum {
    predicted: [u64; 11],
    /// The sum of the confidences of predicted digits.
    confidence: f64,
}

impl Drift {
    pub(super) fn new(messages: &'static Messages, quality: &Quality) -> Self {
        let days = &quality.days;
        let first = days.first().map_or(Date::MIN, |day| day.day);
        let length = days.last().map_or(1, |day| (day.day - first).whole_days() + 1);
        let share = (length + MAX_COLUMNS - 1) / MAX_COLUMNS; // days for each column
        let sums: Vec<(i64, Sum)> = days
            .chunk_by(|one, next| (one.day - first).whole_days() / share == (next.day - first).whole_days() / share)
            .map(|days| ((days[0].day - first).whole_days() / share, Sum::of(days)))
            .collect();
        let most = sums.iter().map(|(_, sum)| sum.drawings()).max().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "a few dozen")]
        let width = (RIGHT - LEFT) / ((length + share - 1) / share).max(MIN_COLUMNS) as f64;
        let column = |(index, sum): &(i64, Sum)| {
            let from = first + Duration::days(index * share);
            let to = (from + Duration::days(share - 1)).min(first + Duration::days(length - 1));
            #[expect(clippy::cast_precision_loss, reason = "a few dozen")]
            let left = LEFT + *index as f64 * width;
            Column::new(messages, (from, to), (left, width), sum, most)
        };
        Self {
            messages,
            columns: sums.iter().map(column).collect(),
            width: tenth((width - 1.0).max(1.0)),
            most: messages.count(most),
            confidence_ticks: confidence_axis().ticks(&[0.0, 0.5, 1.0], |share| format!("{:.0}\u{a0}%", share * 100.0)),
            classes: TrueLabel::classes()
                .zip(strips())
                .map(|(class, top)| Tick { at: top + STRIP - 3.0, text: short_name(messages, class) })
                .collect(),
        }
    }
}

impl Column {
    fn new(messages: &Messages, days: (Date, Date), (left, width): (f64, f64), sum: &Sum, most: u64) -> Self {
        let confidence = sum.mean_confidence();
        let all = sum.drawings();
        let part =
            |(&count, top)| Part { figure: messages.count(count), top, opacity: f64::from(depth(count, all)) / 100.0 };
        Self {
            left: tenth(left),
            middle: tenth(left + (width - 1.0) / 2.0),
            from: days.0,
            to: days.1,
            figure: messages.count(all),
            top: drawings(most).scale(number(all)),
            confidence: confidence.map(|mean| (messages.share(mean), confidence_axis().scale(mean))),
            predicted: sum.predicted.iter().zip(strips()).map(part).collect(),
        }
    }
}

impl Sum {
    fn of(days: &[DayCounts]) -> Self {
        let mut sum = Self::default();
        for day in days {
            let digits: u64 = day.predicted[..10].iter().sum();
            sum.confidence += day.confidence.unwrap_or_default() * number(digits);
            for (all, count) in sum.predicted.iter_mut().zip(day.predicted) {
                *all += count;
            }
        }
        sum
    }

    fn drawings(&self) -> u64 {
        self.predicted.iter().sum()
    }

    fn mean_confidence(&self) -> Option<f64> {
        let digits: u64 = self.predicted[..10].iter().sum();
        (digits > 0).then(|| self.confidence / number(digits))
    }
}

fn drawings(most: u64) -> Axis {
    Axis::linear((0.0, number(most)), DRAWINGS)
}

const fn confidence_axis() -> Axis {
    Axis::linear((0.0, 1.0), CONFIDENCE)
}

/// The tops of the strips.
fn strips() -> impl Iterator<Item = f64> {
    (0..11).map(|index| CLASSES + f64::from(index) * STRIP)
}

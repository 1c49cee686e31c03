//! The confusion matrix: true digits by predicted digits.

use crate::score::{Evaluated, as_f64};
use network::Class;

/// Counts by true and predicted digit, rejected or not.
#[derive(Debug)]
pub(super) struct Confusion {
    pub(super) title: String,
    /// One for each digit, 0 to 9.
    pub(super) rows: Vec<Row>,
}

/// A digit and its predictions.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// By predicted digit.
    pub(super) cells: [Cell; 10],
    /// How many of all these were rejected as no digit.
    pub(super) rejected: usize,
}

/// How often a digit was predicted.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Cell {
    pub(super) count: usize,
    /// Whether the prediction is correct.
    pub(super) right: bool,
    /// The depth of its colour, in per cent.
    pub(super) depth: u8,
}

impl Confusion {
    /// Counts the digits among some classifications.
    pub(super) fn of<'a>(title: impl Into<String>, evaluated: impl Iterator<Item = &'a Evaluated>) -> Self {
        let mut rows: Vec<Row> = (0..10).map(|_| Row::default()).collect();
        for one in evaluated {
            if let Class::Digit(digit) = one.class {
                let row = &mut rows[usize::from(digit.value())];
                row.cells[usize::from(one.prediction().0.value())].count += 1;
                row.rejected += usize::from(one.classification.rejection.is_some());
            }
        }
        rows.iter_mut().enumerate().for_each(|(digit, row)| row.shade(digit));
        Self { title: title.into(), rows }
    }
}

impl Row {
    fn shade(&mut self, digit: usize) {
        let all = self.cells.iter().map(|cell| cell.count).sum();
        self.cells[digit].right = true;
        for cell in &mut self.cells {
            cell.depth = depth(cell.count, all);
        }
    }
}

/// The root of the share, so that rare mistakes are seen.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 100")]
fn depth(part: usize, whole: usize) -> u8 {
    ((as_f64(part) / as_f64(whole.max(1))).sqrt() * 100.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::pictures::tests::evaluated;
    use digit::Reason;

    #[test]
    fn digits_are_counted_by_true_and_predicted_digit() {
        let mut rejected = evaluated(3, 3, 0.9);
        rejected.classification.rejection = Some(Reason::UnlikeADigit);
        let mut negative = rejected.clone();
        negative.class = Class::UnlikeADigit;
        let classifications = [evaluated(3, 3, 0.9), evaluated(3, 5, 0.9), evaluated(3, 3, 0.9), rejected, negative];
        let three = &Confusion::of("threes", classifications.iter()).rows[3];
        assert_eq!((three.cells[3].count, three.cells[5].count, three.rejected), (3, 1, 1));
        assert_eq!((three.cells[5].depth, three.cells[0].depth), (50, 0));
    }
}

//! The confusion matrix: true digits by predicted digits.

use crate::score::Evaluated;
use charts::{Cell, confusion};
use network::Class;

/// The counts by true and predicted digit, rejected or not.
#[derive(Debug)]
pub(super) struct Confusion {
    pub(super) title: String,
    /// One row for each true digit, 0 to 9.
    pub(super) rows: Vec<Row>,
}

/// The predictions for one true digit.
#[derive(Debug)]
pub(super) struct Row {
    /// The counts by predicted digit.
    pub(super) cells: [Cell; 10],
    /// The number of samples in the row that were rejected as no digit.
    pub(super) rejected: usize,
}

impl Confusion {
    /// Counts the digits among the classifications.
    pub(super) fn of<'a>(title: impl Into<String>, evaluated: impl Iterator<Item = &'a Evaluated>) -> Self {
        let (mut counts, mut rejected) = ([[0; 10]; 10], [0; 10]);
        for one in evaluated {
            if let Class::Digit(digit) = one.class {
                let digit = usize::from(digit.value());
                counts[digit][usize::from(one.prediction().0.value())] += 1;
                rejected[digit] += usize::from(one.classification.rejection.is_some());
            }
        }
        let rows = confusion(&counts).into_iter().zip(rejected).map(|(cells, rejected)| Row { cells, rejected });
        Self { title: title.into(), rows: rows.collect() }
    }
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

//! Which digit was taken for which.

use crate::score::{Judged, as_f64};
use network::Class;

/// Counts by what it is and what it was named, rejected or not.
#[derive(Debug)]
pub(super) struct Confusion {
    pub(super) title: String,
    /// One for each digit, 0 to 9.
    pub(super) rows: Vec<Row>,
}

/// A digit and what it was named.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// By the digit that was said.
    pub(super) cells: [Cell; 10],
    /// How many of all these were taken for no digit.
    pub(super) rejected: usize,
}

/// How often a digit was named so.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Cell {
    pub(super) count: usize,
    /// Whether it is the digit's own name.
    pub(super) right: bool,
    /// How deep its colour is, in per cent.
    pub(super) depth: u8,
}

impl Confusion {
    /// The digits among some answers.
    pub(super) fn of<'a>(title: impl Into<String>, judged: impl Iterator<Item = &'a Judged>) -> Self {
        let mut rows: Vec<Row> = (0..10).map(|_| Row::default()).collect();
        for one in judged {
            if let Class::Digit(digit) = one.class {
                let row = &mut rows[usize::from(digit.value())];
                row.cells[usize::from(one.answer().0.value())].count += 1;
                row.rejected += usize::from(one.said.rejection.is_some());
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
    use crate::report::pictures::tests::judged;
    use digit::Reason;

    #[test]
    fn answers_are_counted_by_what_they_are_and_what_was_said() {
        let mut rejected = judged(3, 3, 0.9);
        rejected.said.rejection = Some(Reason::UnlikeADigit);
        let mut stranger = rejected.clone();
        stranger.class = Class::UnlikeADigit;
        let answers = [judged(3, 3, 0.9), judged(3, 5, 0.9), judged(3, 3, 0.9), rejected, stranger];
        let three = &Confusion::of("threes", answers.iter()).rows[3];
        assert_eq!((three.cells[3].count, three.cells[5].count, three.rejected), (3, 1, 1));
        assert_eq!((three.cells[5].depth, three.cells[0].depth), (50, 0));
    }
}

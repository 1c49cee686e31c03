//! The confusion matrix. Each cell links to its drawings.

use super::PageScope;
use crate::messages::Messages;
use askama::Template;
use charts::confusion;
use digit::TrueLabel;
use std::cmp::Reverse;
use wire::Quality;

/// The side of a cell, and the position of the first one, in pixels.
const SIDE: usize = 29;
const LEFT: usize = 38;
const TOP: usize = 22;

/// The largest opacity of a cell's colour. Text on a darker cell would be hard to read.
const MAX_OPACITY: f64 = 0.45;

/// The number of mistakes in the list.
const LISTED_MISTAKES: usize = 6;

/// The matrix of labels and predicted classes.
#[derive(Template)]
#[template(path = "quality/confusion.html")]
pub(super) struct Confusion {
    messages: &'static Messages,
    /// The names of the classes on both axes.
    headings: Vec<Heading>,
    cells: Vec<Cell>,
    /// All counts, a row for each class.
    rows: Vec<Vec<String>>,
    /// The incorrect cells with the most drawings.
    mistakes: Vec<Cell>,
}

/// The short name of a class, above its column and to the left of its row.
struct Heading {
    text: String,
    column_x: usize,
    row_y: usize,
}

/// The drawings with one label and one predicted class.
#[derive(Debug, Clone)]
struct Cell {
    /// Its upper left corner.
    left: usize,
    top: usize,
    /// Its description.
    text: String,
    count: u64,
    /// The count in full.
    figure: String,
    /// The count in at most four characters.
    short: String,
    /// The address of its drawings in the history.
    href: String,
    is_correct: bool,
    opacity: f64,
}

impl Confusion {
    pub(super) fn new(messages: &'static Messages, quality: &Quality, scope: &PageScope) -> Self {
        let shaded = confusion(&quality.confusion);
        let cells: Vec<Cell> = TrueLabel::classes()
            .enumerate()
            .flat_map(|(row, truth)| {
                TrueLabel::classes().enumerate().map(move |(column, predicted)| (row, truth, column, predicted))
            })
            .map(|(row, truth, column, predicted)| (row, truth, column, predicted, shaded[row][column]))
            .filter(|(.., cell)| cell.count > 0)
            .map(|(row, truth, column, predicted, cell)| Cell {
                left: LEFT + column * SIDE,
                top: TOP + row * SIDE,
                text: describe(messages, truth, predicted),
                count: cell.count,
                figure: messages.count(cell.count),
                short: short(cell.count),
                href: scope.history_address(truth, predicted),
                is_correct: cell.is_correct,
                opacity: (10.0 * MAX_OPACITY * f64::from(cell.depth)).round() / 1_000.0,
            })
            .collect();
        let figures = |counts: &[u64; 11]| counts.iter().map(|&count| messages.count(count)).collect();
        let rows = quality.confusion.iter().map(figures).collect();
        let mut mistakes: Vec<Cell> = cells.iter().filter(|cell| !cell.is_correct).cloned().collect();
        mistakes.sort_by_key(|cell| Reverse(cell.count));
        mistakes.truncate(LISTED_MISTAKES);
        Self { messages, headings: headings(messages), cells, rows, mistakes }
    }
}

fn headings(messages: &Messages) -> Vec<Heading> {
    let middle = |index| index * SIDE + SIDE / 2;
    let heading = |(index, class)| Heading {
        text: short_name(messages, class),
        column_x: LEFT + middle(index),
        row_y: TOP + middle(index) + 4, // from the middle of the text to its baseline
    };
    TrueLabel::classes().enumerate().map(heading).collect()
}

/// The short name of a class.
pub(super) fn short_name(messages: &Messages, class: TrueLabel) -> String {
    if class == TrueLabel::NotADigit { messages.quality.none.clone() } else { messages.label(class) }
}

/// The description of a cell, such as "3, predicted as 5".
fn describe(messages: &Messages, truth: TrueLabel, predicted: TrueLabel) -> String {
    let how = if truth == predicted {
        messages.recent.right.clone()
    } else {
        messages.quality.taken_for.with("label", messages.label(predicted))
    };
    format!("{}, {how}", messages.label(truth))
}

/// A count in at most four characters.
fn short(count: u64) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{}k", count / 1_000),
        1_000_000.. => format!("{}M", count / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_fits_into_a_cell() {
        assert_eq!([7, 999, 1_000, 52_999, 3_000_000].map(short), ["7", "999", "1k", "52k", "3M"]);
    }
}

//! What was taken for what: a cell for each pair, which opens its drawings.

use super::{Seen, axis::depth};
use crate::routes::words::Words;
use askama::Template;
use digit::{TrueLabel, wire::Quality};
use std::cmp::Reverse;

/// The side of a cell, and where the first one lies.
const SIDE: usize = 29;
const LEFT: usize = 38;
const TOP: usize = 22;

/// The deepest that a cell's colour is: what is written on it must still be read.
const DEEPEST: f64 = 0.45;

/// Mistakes that are told in words.
const TOLD: usize = 6;

/// The matrix of labels and answers.
#[derive(Template)]
#[template(path = "quality/confusion.html")]
pub(super) struct Confusion {
    words: &'static Words,
    /// The classes along both sides.
    heads: Vec<Head>,
    cells: Vec<Cell>,
    /// All counts, a row for each class.
    rows: Vec<Vec<String>>,
    /// The most frequent ones that were wrong.
    mistakes: Vec<Cell>,
}

/// A class, as short as a cell, and where it stands above its column and beside its row.
struct Head {
    text: String,
    across: usize,
    down: usize,
}

/// Drawings of one class that were taken for one class.
#[derive(Debug, Clone)]
struct Cell {
    /// Its place in the picture, its upper left corner.
    left: usize,
    top: usize,
    /// What it is, in words.
    text: String,
    count: u64,
    /// The count in full, and as short as a cell.
    figure: String,
    short: String,
    /// Where its drawings are.
    href: String,
    is_right: bool,
    depth: f64,
}

impl Confusion {
    pub(super) fn new(words: &'static Words, quality: &Quality, seen: &Seen) -> Self {
        let cells: Vec<Cell> = TrueLabel::classes()
            .enumerate()
            .flat_map(|(row, truth)| {
                TrueLabel::classes().enumerate().map(move |(column, said)| (row, truth, column, said))
            })
            .filter(|&(row, _, column, _)| quality.confusion[row][column] > 0)
            .map(|(row, truth, column, said)| {
                let (count, all) = (quality.confusion[row][column], quality.confusion[row].iter().sum());
                Cell {
                    left: LEFT + column * SIDE,
                    top: TOP + row * SIDE,
                    text: in_words(words, truth, said),
                    count,
                    figure: words.count(count),
                    short: short(count),
                    href: seen.drawings(truth, said),
                    is_right: row == column,
                    depth: (1_000.0 * DEEPEST * depth(count, all)).round() / 1_000.0,
                }
            })
            .collect();
        let figures = |counts: &[u64; 11]| counts.iter().map(|&count| words.count(count)).collect();
        let rows = quality.confusion.iter().map(figures).collect();
        let mut mistakes: Vec<Cell> = cells.iter().filter(|cell| !cell.is_right).cloned().collect();
        mistakes.sort_by_key(|cell| Reverse(cell.count));
        mistakes.truncate(TOLD);
        Self { words, heads: heads(words), cells, rows, mistakes }
    }
}

fn heads(words: &Words) -> Vec<Head> {
    let middle = |index| index * SIDE + SIDE / 2;
    let head = |(index, class)| Head {
        text: initial(words, class),
        across: LEFT + middle(index),
        down: TOP + middle(index) + 4, // the middle of a line of text lies above its foot
    };
    TrueLabel::classes().enumerate().map(head).collect()
}

/// A class as short as a cell.
pub(super) fn initial(words: &Words, class: TrueLabel) -> String {
    if class == TrueLabel::NotADigit { words.quality.none.clone() } else { words.label(class) }
}

fn in_words(words: &Words, truth: TrueLabel, said: TrueLabel) -> String {
    let how =
        if truth == said { words.recent.right.clone() } else { words.quality.taken_for.filled(&words.label(said)) };
    format!("{}, {how}", words.label(truth))
}

/// A count in three characters or four.
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

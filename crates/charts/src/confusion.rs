//! The confusion matrix: a row for each label and a column for each predicted class. A cell has a count, and a colour
//! whose depth depends on the count.

/// A cell of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The number of predictions.
    pub count: u64,
    /// Whether the predicted class is the label.
    pub is_correct: bool,
    /// The depth of the cell's colour, in percent.
    pub depth: u8,
}

/// Returns the cells of a matrix. The [`depth`] of a cell's colour depends on its share of the row.
#[must_use]
pub fn confusion<const N: usize>(counts: &[[u64; N]; N]) -> [[Cell; N]; N] {
    std::array::from_fn(|row| {
        let all = counts[row].iter().sum();
        std::array::from_fn(|column| {
            let count = counts[row][column];
            Cell { count, is_correct: row == column, depth: depth(count, all) }
        })
    })
}

/// Returns the depth of a colour for `part` of `whole`, in percent: the square root of the share, which makes small
/// shares visible.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "from 0 to 100, of counts far below 2⁵³"
)]
pub fn depth(part: u64, whole: u64) -> u8 {
    ((part as f64 / whole.max(1) as f64).sqrt() * 100.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_share_is_visible_and_an_empty_one_is_not() {
        assert_eq!([(0, 0), (1, 100), (100, 100)].map(|(part, whole)| depth(part, whole)), [0, 10, 100]);
    }

    #[test]
    fn the_depth_of_a_cell_depends_on_its_share_of_the_row() {
        let [[right, wrong], [_, other]] = confusion(&[[3, 1], [0, 9]]);
        assert_eq!(wrong, Cell { count: 1, is_correct: false, depth: 50 });
        assert!(right.is_correct && right.depth == 87 && other.depth == 100);
    }
}

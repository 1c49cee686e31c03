//! The confusion matrix: how often each class (the row) was predicted as each (the column), and how deep that is
//! coloured.

/// How often one class was predicted as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// How often.
    pub count: u64,
    /// Whether the prediction is correct.
    pub is_correct: bool,
    /// The depth of the cell's colour, in per cent.
    pub depth: u8,
}

/// The cells of a matrix, each as deep as its share of the row.
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

/// How deep the colour of a part is, in per cent: the root of its share, so that rare ones are seen.
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
    fn a_rare_part_is_seen_and_none_of_nothing_is_not() {
        assert_eq!([(0, 0), (1, 100), (100, 100)].map(|(part, whole)| depth(part, whole)), [0, 10, 100]);
    }

    #[test]
    fn a_cell_is_as_deep_as_its_share_of_the_row() {
        let [[right, wrong], [_, other]] = confusion(&[[3, 1], [0, 9]]);
        assert_eq!(wrong, Cell { count: 1, is_correct: false, depth: 50 });
        assert!(right.is_correct && right.depth == 87 && other.depth == 100);
    }
}

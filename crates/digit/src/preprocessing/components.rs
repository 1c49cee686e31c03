//! The connected pieces of foreground: which of them are dust, and which are the edges of shadows.
//!
//! Pieces are found by runs, stretches of foreground in a row, joined with those that they touch in the row above (He, Chao
//! & Suzuki, "A Run-Based Two-Scan Labeling Algorithm", 2008).

use super::plane::{Field, Plane};
use std::ops::Range;

/// A piece with less than this share of the largest one's foreground is dust. A flag of a 5 or a part of a broken 4 has more.
const DUST: f32 = 0.06;

/// A piece whose edges are less than this share as steep as those of the steepest is no foreground: light fades slowly.
const SOFT: f32 = 0.5;

/// A piece with less than this share of all foreground is too small to say how steep the edges of foreground are.
const SMALL: f32 = 0.05;

/// Pixels to either side of an edge between which its steepness is measured.
const REACH: usize = 2;

/// Clears pieces that are tiny beside the largest.
pub(super) fn remove_dust(plane: &mut Plane) {
    let pieces = Pieces::of(plane);
    let foreground = pieces.sums(|run| run.foreground);
    let least = DUST * most(foreground.iter().copied());
    pieces.clear(plane, |piece| foreground[piece] < least);
}

/// Clears pieces that fade into the background more slowly than others do, by the greys that they were found in.
pub(super) fn remove_soft(plane: &mut Plane, grey: &Field) {
    let pieces = Pieces::of(plane);
    let foreground = pieces.sums(|run| run.foreground);
    let steps = pieces.sums(|run| run.steps(grey).sum());
    let edges = pieces.sums(|run| as_f32(run.steps(grey).count()));
    let steepness = |piece: usize| if edges[piece] > 0.0 { steps[piece] / edges[piece] } else { 0.0 };
    let small = SMALL * pieces.0.iter().map(|run| run.foreground).sum::<f32>();
    let steepest = most((0..foreground.len()).filter(|&piece| foreground[piece] > small).map(steepness));
    pieces.clear(plane, |piece| steepness(piece) < SOFT * steepest);
}

/// All runs of a plane; a piece goes by the index of its first run.
struct Pieces(Vec<Run>);

/// Foreground without a gap in one row.
struct Run {
    y: usize,
    columns: Range<usize>,
    /// The first run of its piece.
    piece: usize,
    foreground: f32,
}

impl Run {
    /// How much the grey changes across each end of the run that is not the picture's edge.
    fn steps(&self, grey: &Field) -> impl Iterator<Item = f32> {
        let row = grey.row(self.y);
        let ends = [self.columns.start, self.columns.end].into_iter().filter(|&end| 0 < end && end < row.len());
        ends.map(|end| (row[end.saturating_sub(REACH + 1)] - row[(end + REACH).min(row.len() - 1)]).abs())
    }
}

impl Pieces {
    fn of(plane: &Plane) -> Self {
        let mut pieces = Self(Vec::new());
        for (y, row) in plane.rows().enumerate() {
            pieces.add_runs(y, row);
        }
        pieces.join();
        pieces
    }

    fn add_runs(&mut self, y: usize, row: &[u8]) {
        let mut from = 0;
        while let Some(gap) = first_foreground(&row[from..]) {
            let start = from + gap;
            let end = row[start..].iter().position(|&level| level == 0).map_or(row.len(), |length| start + length);
            let foreground = row[start..end].iter().map(|&level| usize::from(level)).sum();
            self.0.push(Run { y, columns: start..end, piece: self.0.len(), foreground: as_f32(foreground) });
            from = end;
        }
    }

    /// Joins runs of neighbouring rows that touch, be it by a corner.
    fn join(&mut self) {
        let mut above = 0;
        for index in 0..self.0.len() {
            let (y, columns) = (self.0[index].y, self.0[index].columns.clone());
            while self.0[above].y + 1 < y || (self.0[above].y + 1 == y && self.0[above].columns.end < columns.start) {
                above += 1;
            }
            let mut touching = above;
            while self.0[touching].y + 1 == y && self.0[touching].columns.start <= columns.end {
                let (one, other) = (self.first(touching), self.first(index));
                self.0[one.max(other)].piece = one.min(other);
                touching += 1;
            }
        }
        // A run points to itself or to an earlier one, which by now points to the first.
        for index in 0..self.0.len() {
            self.0[index].piece = self.0[self.0[index].piece].piece;
        }
    }

    /// The first run of a run's piece; shortens the way there for the next time.
    fn first(&mut self, mut index: usize) -> usize {
        while self.0[index].piece != index {
            self.0[index].piece = self.0[self.0[index].piece].piece;
            index = self.0[index].piece;
        }
        index
    }

    /// What the runs of each piece add up to, at the piece's index.
    fn sums(&self, of: impl Fn(&Run) -> f32) -> Vec<f32> {
        let mut sums = vec![0.0; self.0.len()];
        for run in &self.0 {
            sums[run.piece] += of(run);
        }
        sums
    }

    fn clear(&self, plane: &mut Plane, is_cleared: impl Fn(usize) -> bool) {
        for run in self.0.iter().filter(|run| is_cleared(run.piece)) {
            plane.levels[run.y * plane.width..][run.columns.clone()].fill(0);
        }
    }
}

/// Where foreground begins in a row, most of which is background: looked for in blocks, each compared as a whole.
fn first_foreground(row: &[u8]) -> Option<usize> {
    const BLOCK: usize = 16;
    let is_background = |block: &&[u8; BLOCK]| **block == [0; BLOCK];
    let background = BLOCK * row.as_chunks().0.iter().take_while(is_background).count();
    row[background..].iter().position(|&level| level > 0).map(|gap| background + gap)
}

fn most(numbers: impl Iterator<Item = f32>) -> f32 {
    numbers.fold(0.0, f32::max)
}

#[expect(clippy::cast_precision_loss, reason = "a run has two ends, and no more pixels than fit into a row")]
const fn as_f32(count: usize) -> f32 {
    count as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plane from rows of text, in which `#` is foreground.
    fn plane(rows: &[&str]) -> Plane {
        let levels = rows.iter().flat_map(|row| row.bytes()).map(|cell| if cell == b'#' { 255 } else { 0 }).collect();
        Plane { width: rows[0].len(), height: rows.len(), levels }
    }

    #[test]
    fn pieces_are_joined_by_sides_and_corners_and_along_any_way() {
        for (rows, expected) in [
            (vec!["...."], 0),
            (vec!["##.#", "....", "#..."], 3),
            (vec!["#.#.#", "#.#.#", "#####"], 1),
            (vec!["#####", "#.#.#", "#.#.#"], 1),
            (vec!["#...#", ".#.#.", "..#.."], 1),
            (vec!["#####", "....#", "###.#", "#...#", "#####"], 1),
            (vec!["###", "#.#", "###"], 1),
        ] {
            let pieces = Pieces::of(&plane(&rows));
            let found = pieces.0.iter().enumerate().filter(|(index, run)| run.piece == *index).count();
            assert_eq!(found, expected, "{rows:?}");
        }
    }

    #[test]
    fn dust_goes_and_the_parts_of_a_digit_stay() {
        let bar = Plane { width: 100, height: 100, levels: vec![0; 10_000] };
        let paint = |plane: &mut Plane, left: usize, top: usize, width: usize, height: usize| {
            for y in top..top + height {
                plane.levels[y * 100 + left..][..width].fill(255);
            }
        };
        let mut digit = bar;
        paint(&mut digit, 40, 20, 5, 60);
        paint(&mut digit, 50, 20, 12, 3);
        let mut dusty = Plane { levels: digit.levels.clone(), ..digit };
        paint(&mut dusty, 1, 1, 2, 2);
        paint(&mut dusty, 97, 95, 1, 3);
        remove_dust(&mut dusty);
        assert_eq!(dusty.levels, digit.levels);
    }

    #[test]
    fn what_fades_slowly_is_no_foreground() {
        let grey = |x: usize| match x {
            20..28 => 40.0,
            _ => 200.0 - 3.0 * as_f32(x.clamp(50, 80) - 50),
        };
        let levels = (0..100).map(|x| u8::from((20..28).contains(&x) || (60..90).contains(&x)) * 255);
        let mut found = Plane { width: 100, height: 4, levels: levels.collect::<Vec<u8>>().repeat(4) };
        let values = (0..100).map(grey).collect::<Vec<f32>>().repeat(4);
        remove_soft(&mut found, &Field { width: 100, height: 4, values });
        assert_eq!(found.bounds(1).map(|bounds| (bounds.left, bounds.right)), Some((20, 28)));
    }
}

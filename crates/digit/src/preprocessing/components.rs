//! The connected components of the foreground, without dust and the edges of shadows.
//!
//! Runs of foreground pixels in a row are joined with the runs that they touch in the row above (He, Chao & Suzuki, "A
//! Run-Based Two-Scan Labeling Algorithm", 2008).

use super::plane::{Field, Plane};
use std::ops::Range;

/// A component with less than this share of the largest one's foreground is dust. The upper stroke of a 5 or a part of
/// a broken 4 has more.
const DUST: f32 = 0.06;

/// A component is not foreground if the steepness of its edges is below this share of the largest one: shadows fade
/// slowly.
const SOFT: f32 = 0.5;

/// A component with less than this share of all foreground does not count for the largest steepness.
const SMALL: f32 = 0.05;

/// The distance, in pixels, to either side of an edge, at which its steepness is measured.
const REACH: usize = 2;

/// Clears components that are tiny compared with the largest one.
pub(super) fn remove_dust(plane: &mut Plane) {
    let components = Components::of(plane);
    let foreground = components.sums(|run| run.foreground);
    let least = DUST * most(foreground.iter().copied());
    components.clear(plane, |component| foreground[component] < least);
}

/// Clears components whose edges in `grey` are less steep than those of others.
pub(super) fn remove_soft(plane: &mut Plane, grey: &Field) {
    let components = Components::of(plane);
    let foreground = components.sums(|run| run.foreground);
    let steps = components.sums(|run| run.steps(grey).sum());
    let edges = components.sums(|run| as_f32(run.steps(grey).count()));
    let steepness = |component: usize| if edges[component] > 0.0 { steps[component] / edges[component] } else { 0.0 };
    let small = SMALL * components.0.iter().map(|run| run.foreground).sum::<f32>();
    let steepest = most((0..foreground.len()).filter(|&component| foreground[component] > small).map(steepness));
    components.clear(plane, |component| steepness(component) < SOFT * steepest);
}

/// All runs of a plane. The index of a component is that of its first run.
struct Components(Vec<Run>);

/// Foreground without a gap in a row.
struct Run {
    y: usize,
    columns: Range<usize>,
    /// The first run of its component, after [`Components::join`].
    component: usize,
    foreground: f32,
}

impl Run {
    /// The difference of greys across each end of the run that is not at the image's edge.
    fn steps(&self, grey: &Field) -> impl Iterator<Item = f32> {
        let row = grey.row(self.y);
        let ends = [self.columns.start, self.columns.end].into_iter().filter(|&end| 0 < end && end < row.len());
        ends.map(|end| (row[end.saturating_sub(REACH + 1)] - row[(end + REACH).min(row.len() - 1)]).abs())
    }
}

impl Components {
    fn of(plane: &Plane) -> Self {
        let mut components = Self(Vec::new());
        for (y, row) in plane.rows().enumerate() {
            components.add_runs(y, row);
        }
        components.join();
        components
    }

    fn add_runs(&mut self, y: usize, row: &[u8]) {
        let mut from = 0;
        while let Some(gap) = first_foreground(&row[from..]) {
            let start = from + gap;
            let end = row[start..].iter().position(|&level| level == 0).map_or(row.len(), |length| start + length);
            let foreground = row[start..end].iter().map(|&level| usize::from(level)).sum();
            self.0.push(Run { y, columns: start..end, component: self.0.len(), foreground: as_f32(foreground) });
            from = end;
        }
    }

    /// Joins runs of neighbouring rows that touch by a side or a corner.
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
                self.0[one.max(other)].component = one.min(other);
                touching += 1;
            }
        }
        // A run points to itself or to an earlier run, which already points to the first one.
        for index in 0..self.0.len() {
            self.0[index].component = self.0[self.0[index].component].component;
        }
    }

    /// The first run of a run's component. Shortens the path for the next call.
    fn first(&mut self, mut index: usize) -> usize {
        while self.0[index].component != index {
            self.0[index].component = self.0[self.0[index].component].component;
            index = self.0[index].component;
        }
        index
    }

    /// The sum over the runs of each component, at the component's index.
    fn sums(&self, of: impl Fn(&Run) -> f32) -> Vec<f32> {
        let mut sums = vec![0.0; self.0.len()];
        for run in &self.0 {
            sums[run.component] += of(run);
        }
        sums
    }

    fn clear(&self, plane: &mut Plane, is_cleared: impl Fn(usize) -> bool) {
        for run in self.0.iter().filter(|run| is_cleared(run.component)) {
            plane.levels[run.y * plane.width..][run.columns.clone()].fill(0);
        }
    }
}

/// The position of the first foreground pixel of a row. It skips the background in blocks, because most pixels are
/// background.
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
    fn runs_are_joined_by_sides_and_corners_along_any_path() {
        for (rows, expected) in [
            (vec!["...."], 0),
            (vec!["##.#", "....", "#..."], 3),
            (vec!["#.#.#", "#.#.#", "#####"], 1),
            (vec!["#####", "#.#.#", "#.#.#"], 1),
            (vec!["#...#", ".#.#.", "..#.."], 1),
            (vec!["#####", "....#", "###.#", "#...#", "#####"], 1),
            (vec!["###", "#.#", "###"], 1),
        ] {
            let components = Components::of(&plane(&rows));
            let found = components.0.iter().enumerate().filter(|(index, run)| run.component == *index).count();
            assert_eq!(found, expected, "{rows:?}");
        }
    }

    #[test]
    fn dust_is_removed_and_the_parts_of_a_digit_stay() {
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
    fn a_component_with_soft_edges_is_not_foreground() {
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

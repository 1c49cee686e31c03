//! An estimate of the background's grey at each pixel, under uneven light and shadows.

use super::plane::{Field, Plane};
use crate::levels::{level_of, median_of};

/// Cells on the longer side of the grid. Fewer cells would miss the edges of shadows.
const CELLS: usize = 40;

/// The side of the window whose median is the background at its centre, as a share of the image's longer side: without
/// and with a known foreground. A smaller window follows a shadow more closely, but treats thick strokes as background.
const WINDOWS: (f32, f32) = (0.34, 0.45);

/// The least share of a cell's pixels that must be free of foreground, for the cell to be known.
const LEAST_FREE: f32 = 0.3;

/// A window grows until this share of its cells is known.
const LEAST_KNOWN: f32 = 0.25;

/// The background's grey at each pixel: the median of its surroundings without the known foreground. A median follows
/// the edge of a shadow (Huang, Yang & Tang, "A Fast Two-Dimensional Median Filtering Algorithm", 1979).
pub(super) fn estimate_background(grey: &Field, foreground: Option<&Plane>) -> Field {
    let factor = grey.width.max(grey.height).div_ceil(CELLS).max(1);
    let cells = cells(grey, foreground, factor);
    let window = if foreground.is_none() { WINDOWS.0 } else { WINDOWS.1 };
    enlarge(&medians(&cells, window), factor, grey.width, grey.height)
}

/// The background's grey in squares of pixels; `None` if it is unknown.
struct Cells {
    width: usize,
    height: usize,
    levels: Vec<Option<u8>>,
}

/// The mean grey of each square's background pixels; `None` if it has too few of them.
fn cells(grey: &Field, foreground: Option<&Plane>, factor: usize) -> Cells {
    let (width, height) = (grey.width.div_ceil(factor), grey.height.div_ceil(factor));
    let mut sums = vec![(0.0, 0.0, 0.0); width * height];
    for y in 0..grey.height {
        let covered = foreground.map(|plane| &plane.levels[y * plane.width..][..plane.width]);
        let sums = &mut sums[y / factor * width..][..width];
        for (index, (greys, (sum, known, all))) in grey.row(y).chunks(factor).zip(sums).enumerate() {
            for (x, grey) in greys.iter().enumerate() {
                let free = covered.is_none_or(|levels| levels[index * factor + x] == 0);
                let weight = f32::from(u8::from(free));
                *sum += weight * grey;
                *known += weight;
                *all += 1.0;
            }
        }
    }
    let mean = |(sum, known, all): (f32, f32, f32)| (known > LEAST_FREE * all).then(|| level_of(sum / known / 255.0));
    Cells { width, height, levels: sums.into_iter().map(mean).collect() }
}

fn medians(cells: &Cells, window: f32) -> Field {
    let radius = whole((window * as_f32(cells.width.max(cells.height)) / 2.0).round()).max(1);
    let places = (0..cells.height).flat_map(|y| (0..cells.width).map(move |x| (x, y)));
    let values = places.map(|(x, y)| f32::from(median_around(cells, x, y, radius))).collect();
    Field { width: cells.width, height: cells.height, values }
}

/// The median of the known cells around a cell; 0 if there are none.
fn median_around(cells: &Cells, x: usize, y: usize, mut radius: usize) -> u8 {
    loop {
        let columns = x.saturating_sub(radius)..(x + radius + 1).min(cells.width);
        let rows = y.saturating_sub(radius)..(y + radius + 1).min(cells.height);
        let all = columns.len() * rows.len();
        let mut counts = [0_usize; 256];
        for row in rows {
            for level in cells.levels[row * cells.width..][columns.clone()].iter().flatten() {
                counts[usize::from(*level)] += 1;
            }
        }
        let known: usize = counts.iter().sum();
        if as_f32(known) >= LEAST_KNOWN * as_f32(all) || all == cells.levels.len() {
            return median_of(&counts);
        }
        radius += radius / 2 + 1;
    }
}

/// A field `factor` times as large, cropped to a size, by bilinear interpolation.
fn enlarge(cells: &Field, factor: usize, width: usize, height: usize) -> Field {
    let columns: Vec<_> = (0..width).map(|x| between(x, factor, cells.width)).collect();
    let mut values = Vec::with_capacity(width * height);
    for y in 0..height {
        let (top, bottom, below) = between(y, factor, cells.height);
        let (upper, lower) = (cells.row(top), cells.row(bottom));
        values.extend(columns.iter().map(|&(left, right, beyond)| {
            let above = upper[left] + (upper[right] - upper[left]) * beyond;
            above + (lower[left] + (lower[right] - lower[left]) * beyond - above) * below
        }));
    }
    Field { width, height, values }
}

/// The two cells between whose centres a pixel lies, and the weight of the second one.
fn between(pixel: usize, factor: usize, cells: usize) -> (usize, usize, f32) {
    let place = ((as_f32(pixel) + 0.5) / as_f32(factor) - 0.5).max(0.0);
    let first = whole(place).min(cells - 1);
    (first, (first + 1).min(cells - 1), (place - as_f32(first)).min(1.0))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of cells, never negative")]
const fn whole(number: f32) -> usize {
    number as usize
}

#[expect(clippy::cast_precision_loss, reason = "sides of pictures and counts of cells")]
const fn as_f32(count: usize) -> f32 {
    count as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_background_follows_the_edge_of_a_shadow_but_not_a_stroke() {
        let light = |x: usize| if x < 90 { 220.0 } else { 120.0 };
        let grey = |x: usize, y: usize| if (30..42).contains(&x) && y > 30 { 30.0 } else { light(x) };
        let values = (0..160).flat_map(|y| (0..200).map(move |x| grey(x, y))).collect();
        let found = estimate_background(&Field { width: 200, height: 160, values }, None);
        for x in (0..200_usize).filter(|x| x.abs_diff(90) > 5) {
            let background = found.row(80)[x];
            assert!((background - light(x)).abs() < 2.0, "{background} at {x}");
        }
    }

    #[test]
    fn known_foreground_does_not_affect_the_background_even_if_it_covers_most_of_the_image() {
        let is_foreground = |index: usize| (20..90).contains(&(index % 100));
        let values = (0..10_000).map(|index| if is_foreground(index) { 10.0 } else { 200.0 }).collect();
        let levels = (0..10_000).map(|index| u8::from(is_foreground(index)) * 255).collect();
        let foreground = Plane { width: 100, height: 100, levels };
        let found = estimate_background(&Field { width: 100, height: 100, values }, Some(&foreground));
        assert!(found.values.iter().all(|&background| (background - 200.0).abs() < 0.1));
    }
}

//! Gives lines that are much thinner or thicker than MNIST's the usual width.
//!
//! It thickens and thins by the distance of each pixel from foreground or background (Felzenszwalb & Huttenlocher,
//! "Distance Transforms of Sampled Functions", 2012), so that lines of round brushes keep their round ends.

use super::plane::{Bounds, Plane};
use crate::levels::level_of;

/// The usual widths, as shares of the longer side of the digit's box: those of 94 % of MNIST. They do not change.
const USUAL: std::ops::RangeInclusive<f32> = 0.06..=0.18;

/// The width that other lines get, as a share of the longer side of the digit's original box.
const WANTED: f32 = 0.12;

/// The least level of a foreground pixel.
const HALF: u8 = 128;

/// The foreground with lines about as wide as MNIST's.
pub(super) fn even_out(foreground: Plane) -> Plane {
    let Some(bounds) = foreground.bounds(HALF) else { return foreground };
    let side = as_f32(bounds.width().max(bounds.height()));
    let width = line_width(&cut(&foreground, bounds, 2));
    if USUAL.contains(&(width / side)) {
        return foreground;
    }
    let more = (WANTED * side - width) / 2.0;
    let margin = if more > 0.0 { whole(more) + 2 } else { 1 };
    let redrawn = redraw(&cut(&foreground, bounds, margin), more);
    if redrawn.bounds(HALF).is_some() { redrawn } else { foreground }
}

/// The width of lines that are much longer than wide: twice their area, divided by the length of their outline, which
/// is the sum of all gradients. The foreground must have a margin of background.
fn line_width(foreground: &Plane) -> f32 {
    let rows: Vec<&[u8]> = foreground.rows().collect();
    // The loop sums each column separately, because the compiler can then vectorise the additions.
    let mut slopes = vec![0.0; foreground.width - 2];
    for three in rows.windows(3) {
        let [above, row, below] = [&three[0][1..], three[1], &three[2][1..]];
        let sides = row.iter().zip(&row[2..]).zip(above.iter().zip(below));
        for (slope, ((&left, &right), (&above, &below))) in slopes.iter_mut().zip(sides) {
            let (across, down) = (f32::from(right) - f32::from(left), f32::from(below) - f32::from(above));
            *slope += (across * across + down * down).sqrt();
        }
    }
    let outline = slopes.iter().sum::<f32>() / 2.0;
    let area: u64 = foreground.levels.iter().map(|&level| u64::from(level)).sum();
    2.0 * as_f32(usize::try_from(area).unwrap_or(usize::MAX)) / outline.max(1.0)
}

/// The foreground within `bounds`, with an empty margin around it.
fn cut(foreground: &Plane, bounds: Bounds, margin: usize) -> Plane {
    let (width, height) = (bounds.width() + 2 * margin, bounds.height() + 2 * margin);
    let mut levels = vec![0; width * height];
    let rows = foreground.rows().take(bounds.bottom).skip(bounds.top);
    for (row, copy) in rows.zip(levels.chunks_exact_mut(width).skip(margin)) {
        copy[margin..][..bounds.width()].copy_from_slice(&row[bounds.left..bounds.right]);
    }
    Plane { width, height, levels }
}

/// The foreground with its outline moved outwards by this number of pixels, or inwards if it is negative.
fn redraw(foreground: &Plane, outwards: f32) -> Plane {
    let is_foreground = |&level: &u8| level >= HALF;
    // Distances are between the centres of pixels; the outline lies half way to the neighbour.
    let levels = if outwards > 0.0 {
        let to_foreground = distances(foreground, is_foreground);
        let thick = to_foreground.iter().map(|distance| level_of(outwards + 1.0 - distance));
        thick.zip(&foreground.levels).map(|(thick, &level)| thick.max(level)).collect()
    } else {
        let to_background = distances(foreground, |level| !is_foreground(level));
        to_background.iter().map(|distance| level_of(distance + outwards)).collect()
    };
    Plane { width: foreground.width, height: foreground.height, levels }
}

/// The distance of each pixel from the nearest one that satisfies `is_goal`.
fn distances(plane: &Plane, is_goal: impl Fn(&u8) -> bool) -> Vec<f32> {
    let far = as_f32(plane.width + plane.height).powi(2);
    let mut squares: Vec<f32> = plane.levels.iter().map(|level| if is_goal(level) { 0.0 } else { far }).collect();
    squares.chunks_exact_mut(plane.width).for_each(lower_envelope);
    let mut column = vec![0.0; plane.height];
    for x in 0..plane.width {
        for (value, row) in column.iter_mut().zip(squares.chunks_exact(plane.width)) {
            *value = row[x];
        }
        lower_envelope(&mut column);
        for (value, row) in column.iter().zip(squares.chunks_exact_mut(plane.width)) {
            row[x] = *value;
        }
    }
    squares.into_iter().map(f32::sqrt).collect()
}

/// Replaces each value of a line by the least of the parabolas that are rooted at all values.
fn lower_envelope(line: &mut [f32]) {
    // The parabolas of the envelope, each with the position from which on it is the least.
    let mut parabolas: Vec<(usize, f32)> = Vec::with_capacity(line.len());
    for (place, &height) in line.iter().enumerate() {
        let lifted = |place: usize, height: f32| height + as_f32(place).powi(2);
        let meets = |other: usize| (lifted(place, height) - lifted(other, line[other])) / (2.0 * as_f32(place - other));
        while parabolas.last().is_some_and(|&(other, from)| meets(other) <= from) {
            parabolas.pop();
        }
        parabolas.push((place, parabolas.last().map_or(f32::NEG_INFINITY, |&(other, _)| meets(other))));
    }
    let heights = line.to_vec();
    let mut least = 0;
    for (place, value) in line.iter_mut().enumerate() {
        while parabolas.get(least + 1).is_some_and(|&(_, from)| from < as_f32(place)) {
            least += 1;
        }
        let (centre, _) = parabolas[least];
        *value = heights[centre] + as_f32(place.abs_diff(centre)).powi(2);
    }
}

#[expect(clippy::cast_precision_loss, reason = "lengths and areas of pictures that were shrunk")]
const fn as_f32(pixels: usize) -> f32 {
    pixels as f32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of pixels")]
const fn whole(pixels: f32) -> usize {
    pixels as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An upright bar, 200 pixels long.
    fn bar(width: usize) -> Plane {
        let foreground = |x: usize, y: usize| (100..100 + width).contains(&x) && (20..220).contains(&y);
        let levels = (0..240 * 240).map(|index| u8::from(foreground(index % 240, index / 240)) * 255).collect();
        Plane { width: 240, height: 240, levels }
    }

    #[test]
    fn thin_and_thick_lines_get_the_usual_width_and_usual_ones_do_not_change() {
        // The width of a short thick line is underestimated, so it stays somewhat thicker.
        for (width, expected) in [(2, 21..=28), (5, 21..=28), (48, 24..=36)] {
            let found = even_out(bar(width)).bounds(HALF).unwrap().width();
            assert!(expected.contains(&found), "{width} became {found}");
        }
        assert_eq!(even_out(bar(24)).levels, bar(24).levels);
    }

    proptest! {
        #[test]
        fn distances_are_those_to_the_nearest_goal(
            width in 1_usize..12, cells in prop::collection::vec(prop::bool::weighted(0.2), 12..120),
        ) {
            let levels: Vec<u8> = cells[..cells.len() / width * width].iter().map(|&goal| u8::from(goal)).collect();
            prop_assume!(levels.contains(&1));
            let plane = Plane { width, height: levels.len() / width, levels };
            let found = distances(&plane, |&level| level == 1);
            for (index, distance) in found.into_iter().enumerate() {
                let goals = (0..plane.levels.len()).filter(|&goal| plane.levels[goal] == 1);
                let distance_to = |goal: usize| {
                    as_f32((goal % width).abs_diff(index % width)).hypot(as_f32((goal / width).abs_diff(index / width)))
                };
                let expected = goals.map(distance_to).fold(f32::MAX, f32::min);
                prop_assert!((distance - expected).abs() < 1e-3);
            }
        }
    }
}

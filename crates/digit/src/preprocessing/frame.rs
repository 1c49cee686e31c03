//! Frames foreground as in MNIST: scales it to 20×20 pixels, and centres it by mass in 28×28.
//!
//! QMNIST reconstructed these steps (Yadav & Bottou, "Cold Case: the Lost MNIST Digits", 2019).

use super::plane::{Bounds, Plane};
use crate::{Bitmap, SIDE, levels::level_of};

/// Pixels per side of the box that a digit is scaled to fill.
pub(super) const BOX: usize = 20;

/// The digit, scaled to 20×20, row-major from 0 (background) to 1 (foreground).
type Fitted = [f32; BOX * BOX];

/// The bitmap of a plane of foreground, or `None` if the plane is empty.
pub(super) fn bitmap(foreground: &Plane) -> Option<Bitmap> {
    let bounds = foreground.bounds(1)?;
    let mut fitted = fit(foreground, bounds);
    let strongest = fitted.iter().copied().fold(0.0, f32::max);
    if strongest <= 0.0 {
        return None;
    }
    for value in &mut fitted {
        *value /= strongest.min(1.0);
    }
    Some(centre(&fitted))
}

/// Resamples the smallest square around `bounds` to 20×20. Each pixel is the mean of the area that it covers.
fn fit(foreground: &Plane, bounds: Bounds) -> Fitted {
    let side = as_f32(bounds.width().max(bounds.height()));
    let left = as_f32(bounds.left) - (side - as_f32(bounds.width())) / 2.0;
    let top = as_f32(bounds.top) - (side - as_f32(bounds.height())) / 2.0;
    let columns: [Overlap; BOX] = std::array::from_fn(|i| Overlap::new(left, side, i, foreground.width));
    let rows: [Overlap; BOX] = std::array::from_fn(|i| Overlap::new(top, side, i, foreground.height));

    let mut fitted = [0.0; BOX * BOX];
    let mut means = vec![0.0; foreground.width];
    for (row, fitted_row) in rows.iter().zip(fitted.chunks_exact_mut(BOX)) {
        means.fill(0.0);
        for (y, y_weight) in row.weights() {
            let line = &foreground.levels[y * foreground.width..][..foreground.width];
            means.iter_mut().zip(line).for_each(|(mean, &level)| *mean += f32::from(level) * y_weight);
        }
        for (column, value) in columns.iter().zip(fitted_row) {
            *value = column.weights().map(|(x, x_weight)| means[x] * x_weight).sum::<f32>() / 255.0;
        }
    }
    fitted
}

/// The source pixels that one of the 20 rows or columns covers.
struct Overlap {
    start: f32,
    end: f32,
    first: usize,
    last: usize,
}

impl Overlap {
    /// The `index`-th of [`BOX`] equal parts of `side` pixels from `origin`, of a source `len` pixels long.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the source's length before the cast"
    )]
    fn new(origin: f32, side: f32, index: usize, len: usize) -> Self {
        let part = side / as_f32(BOX);
        let start = origin + as_f32(index) * part;
        let end = start + part;
        let within = |edge: f32| edge.clamp(0.0, as_f32(len)) as usize;
        Self { start, end, first: within(start.floor()), last: within(end.ceil()) }
    }

    /// Source indices with weights, which sum to 1 if the whole part lies within the source.
    fn weights(&self) -> impl Iterator<Item = (usize, f32)> {
        let length = self.end - self.start;
        (self.first..self.last).map(move |i| {
            let covered = self.end.min(as_f32(i + 1)) - self.start.max(as_f32(i));
            (i, covered.max(0.0) / length)
        })
    }
}

/// Pastes the 20×20 digit into 28×28 so that its centre of mass lies at pixel 14 ± 0.5 on both axes.
fn centre(fitted: &Fitted) -> Bitmap {
    let cells = || fitted.iter().enumerate().map(|(i, &value)| (i % BOX, i / BOX, value));
    let mass: f32 = fitted.iter().sum();
    let column = cells().map(|(x, _, value)| value * (as_f32(x) + 0.5)).sum::<f32>() / mass;
    let row = cells().map(|(_, y, value)| value * (as_f32(y) + 0.5)).sum::<f32>() / mass;
    let (left, top) = (offset(column), offset(row));

    let mut levels = [0; Bitmap::LEN];
    for (x, y, value) in cells() {
        levels[(y + top) * SIDE + x + left] = level_of(value);
    }
    Bitmap::new(levels)
}

/// The start of the box in the bitmap, so that its centre of mass, at `centre`, lies in the middle of the bitmap. The
/// box never leaves the bitmap, so a very asymmetric digit keeps all its foreground but is not centred.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 8 before the cast")]
fn offset(centre: f32) -> usize {
    (15.0 - centre).clamp(0.0, as_f32(SIDE - BOX)) as usize
}

/// Exact for every length here: an image's side is below 2²⁴ pixels.
#[expect(clippy::cast_precision_loss, reason = "sides are below 2^24 pixels")]
const fn as_f32(pixels: usize) -> f32 {
    pixels as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(width: usize, height: usize, filled: Bounds) -> Plane {
        let mut levels = vec![0; width * height];
        for y in filled.top..filled.bottom {
            levels[y * width + filled.left..y * width + filled.right].fill(255);
        }
        Plane { width, height, levels }
    }

    #[test]
    fn a_tall_bar_becomes_twenty_pixels_high_and_keeps_its_proportions() {
        let foreground = plane(300, 200, Bounds { left: 210, top: 20, right: 230, bottom: 120 });
        let seen = bitmap(&foreground).unwrap();
        let foreground = |i: usize| seen.levels()[i] > 127;
        let rows = (0..SIDE).filter(|y| (0..SIDE).any(|x| foreground(y * SIDE + x))).count();
        let columns = (0..SIDE).filter(|x| (0..SIDE).any(|y| foreground(y * SIDE + x))).count();
        assert_eq!((rows, columns), (20, 4), "{seen:?}");
    }

    #[test]
    fn an_image_of_twenty_pixels_is_not_resampled() {
        let mut foreground = plane(20, 20, Bounds { left: 0, top: 0, right: 20, bottom: 20 });
        for (i, level) in foreground.levels.iter_mut().enumerate() {
            *level = u8::try_from(i % 256).unwrap().max(1);
        }
        let fitted = fit(&foreground, foreground.bounds(1).unwrap());
        for (value, level) in fitted.iter().zip(&foreground.levels) {
            assert_eq!(level_of(*value), *level);
        }
    }

    #[test]
    fn the_centre_of_mass_is_in_the_middle() {
        // An L: heavy at the left and at the bottom.
        let mut foreground = plane(100, 100, Bounds { left: 10, top: 10, right: 30, bottom: 90 });
        for y in 70..90 {
            foreground.levels[y * 100 + 10..y * 100 + 90].fill(255);
        }
        let seen = bitmap(&foreground).unwrap();
        let mass: f32 = seen.unit().sum();
        let x: f32 = seen.unit().enumerate().map(|(i, v)| as_f32(i % SIDE) * v).sum::<f32>() / mass;
        let y: f32 = seen.unit().enumerate().map(|(i, v)| as_f32(i / SIDE) * v).sum::<f32>() / mass;
        assert!((x - 14.0).abs() <= 0.51 && (y - 14.0).abs() <= 0.51, "({x}, {y})\n{seen:?}");
    }
}

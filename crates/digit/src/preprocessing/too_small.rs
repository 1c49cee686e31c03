//! Detects foreground that is too small to be a digit: a dot, or a few pixels.

use super::plane::Plane;

/// The longest foreground, in pixels, that is too coarse to show a digit.
const FEWEST: usize = 5;

/// The longest foreground that is a dot in any shape, as a share of the image's longer side. On a canvas of 280 pixels
/// it is 5 pixels.
const TINY: f32 = 0.02;

/// The longest dot of a brush, as a share of the image's longer side.
const BRUSH: f32 = 0.2;

/// The least ratio of a dot's shorter side to its longer one. A small 1 is narrower.
const ROUND: f32 = 0.8;
/// The least share of foreground in a dot's box (a disc: 0.785). A small 0 has a hole.
const FULL: f32 = 0.66;

/// Whether the foreground is too small to be a digit, or empty.
pub(super) fn is_too_small(foreground: &Plane) -> bool {
    // The threshold is half of full foreground, which excludes blur and antialiased edges.
    let Some(bounds) = foreground.bounds(128) else { return true };
    let longer = bounds.width().max(bounds.height());
    let share = as_f32(longer) / as_f32(foreground.width.max(foreground.height));
    let roundness = as_f32(bounds.width().min(bounds.height())) / as_f32(longer);
    let rows = foreground.rows().take(bounds.bottom).skip(bounds.top);
    let full: usize = rows.flat_map(|row| &row[bounds.left..bounds.right]).filter(|&&level| level >= 128).count();
    let is_dot = share <= BRUSH && roundness >= ROUND && as_f32(full) >= FULL * as_f32(bounds.area());
    longer <= FEWEST || share <= TINY || is_dot
}

#[expect(clippy::cast_precision_loss, reason = "sides and areas of pictures that were shrunk")]
const fn as_f32(pixels: usize) -> f32 {
    pixels as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canvas(foreground: impl Fn(f32, f32) -> bool) -> Plane {
        let place = |index: usize| (as_f32(index % 280) - 140.0, as_f32(index / 280) - 140.0);
        let levels = (0..280 * 280).map(place).map(|(x, y)| u8::from(foreground(x, y)) * 255).collect();
        Plane { width: 280, height: 280, levels }
    }

    #[test]
    fn taps_and_a_few_pixels_are_too_small() {
        for radius in [0.5, 2.0, 8.0, 22.0] {
            assert!(is_too_small(&canvas(|x, y| x.hypot(y) <= radius)), "a tap of radius {radius}");
        }
        assert!(is_too_small(&canvas(|x, y| (0.0..16.0).contains(&x) && (0.0..16.0).contains(&y))), "a square tap");
        assert!(is_too_small(&canvas(|_, _| false)), "nothing");
        assert!(is_too_small(&canvas(|x, y| x == 0.0 && (0.0..5.0).contains(&y))), "five pixels");
    }

    #[test]
    fn small_digits_are_not_too_small() {
        assert!(!is_too_small(&canvas(|x, y| x.abs() <= 2.0 && y.abs() <= 10.0)), "a 1 of 20 pixels");
        assert!(!is_too_small(&canvas(|x, y| x.abs() <= 6.0 && y.abs() <= 12.0)), "a 1 with a thick brush");
        assert!(!is_too_small(&canvas(|x, y| (6.0..=10.0).contains(&x.hypot(y)))), "a 0 of 20 pixels");
        assert!(!is_too_small(&canvas(|x, y| x.hypot(y) <= 100.0)), "a large blot");
    }
}

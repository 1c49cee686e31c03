//! Negatives: out-of-distribution samples, with which the network learns to reject drawings that are not digits
//! (Hendrycks, Mazeika & Dietterich, "Deep Anomaly Detection with Outlier Exposure", 2019).

use crate::{
    data::{Example, PenDigit, omniglot::Character},
    distributions::{log_uniform, spread},
    stroke_renderer::{StrokeRenderer, Strokes},
    style_jitter::StyleJitter,
};
use digit::{Bitmap, SIDE, preprocessing::Point};
use image::{GrayImage, imageops};
use rand::{Rng, RngExt};

/// Returns a character as strokes: one stroke for each run of black pixels in a row.
#[must_use]
pub fn strokes_of(character: &Character) -> Strokes {
    let mut strokes = Vec::new();
    for (y, row) in (0_u16..).zip(character.picture.rows()) {
        let foreground: Vec<bool> = row.map(|pixel| pixel.0[0] < 128).collect();
        let mut x = 0;
        for run in foreground.chunk_by(|a, b| a == b) {
            if run[0] {
                strokes.push(vec![place(x, y), place(x + run.len() - 1, y)]);
            }
            x += run.len();
        }
    }
    strokes
}

#[expect(clippy::cast_precision_loss, reason = "a place in a small picture")]
fn place(x: usize, y: u16) -> Point {
    Point { x: x as f32, y: f32::from(y) }
}

/// Joins two characters, side by side or one above the other, to a character of no script.
pub fn ligature<R: Rng>(first: &Strokes, second: &Strokes, random: &mut R) -> Strokes {
    let off = random.random_range(25.0..60.0);
    let (across, down) = if random.random() { (off, spread(10.0, random)) } else { (spread(10.0, random), off) };
    let moved = |point: &Point| Point { x: point.x + across, y: point.y + down };
    first.iter().cloned().chain(second.iter().map(|stroke| stroke.iter().map(moved).collect())).collect()
}

/// Returns two or three digits side by side, as strokes.
pub fn several_as_strokes<R: Rng>(digits: &[&PenDigit], random: &mut R) -> Strokes {
    let mut all = Strokes::new();
    let mut right = 0.0;
    for _ in 0..count(random) {
        let digit = digits[random.random_range(0..digits.len())];
        let strokes = StyleJitter::OTHER_WRITER.apply(&digit.strokes, random);
        let (mut least, mut most) = (at(f32::INFINITY), at(f32::NEG_INFINITY));
        for point in strokes.iter().flatten() {
            least = Point { x: least.x.min(point.x), y: least.y.min(point.y) };
            most = Point { x: most.x.max(point.x), y: most.y.max(point.y) };
        }
        let scale = random.random_range(0.75..1.0) / (most.y - least.y).max(most.x - least.x).max(1e-3);
        let down = spread(0.15, random);
        let shift = |point: &Point| Point {
            x: right + (point.x - least.x) * scale,
            y: (point.y - f32::midpoint(least.y, most.y)) * scale + down,
        };
        all.extend(strokes.iter().map(|stroke| stroke.iter().map(shift).collect()));
        right += (most.x - least.x) * scale + random.random_range(0.2..0.6);
    }
    all
}

fn at(both: f32) -> Point {
    Point { x: both, y: both }
}

/// Returns the number of digits: mostly two.
fn count<R: Rng>(random: &mut R) -> usize {
    if random.random_bool(0.8) { 2 } else { 3 }
}

/// Returns two or three scanned digits side by side, black on white.
pub fn several_as_picture<R: Rng>(digits: &[Example], random: &mut R) -> GrayImage {
    let pictures: Vec<GrayImage> = (0..count(random))
        .map(|_| {
            let digit = tight(&picture(&digits[random.random_range(0..digits.len())].bitmap));
            let height = random.random_range(60..=80);
            imageops::resize(&digit, (digit.width() * height / digit.height()).max(1), height, imageops::Triangle)
        })
        .collect();
    let gaps: Vec<u32> = pictures.iter().map(|_| random.random_range(8..40)).collect();
    let width = pictures.iter().map(GrayImage::width).sum::<u32>() + gaps.iter().sum::<u32>() + 20;
    let mut page = GrayImage::from_pixel(width, 120, image::Luma([255]));
    let mut left = 10;
    for (picture, gap) in pictures.iter().zip(gaps) {
        imageops::replace(&mut page, picture, i64::from(left), random.random_range(10..=30));
        left += picture.width() + gap;
    }
    page
}

/// Returns a bitmap as a picture, black on white.
///
/// # Panics
/// Never: a bitmap has as many pixels as the picture.
#[must_use]
pub fn picture(bitmap: &Bitmap) -> GrayImage {
    let side = u32::try_from(SIDE).expect("28 fits");
    let greys = bitmap.levels().iter().map(|level| 255 - level).collect();
    GrayImage::from_raw(side, side, greys).expect("784 pixels")
}

/// Removes the margins of a picture.
fn tight(picture: &GrayImage) -> GrayImage {
    let foreground = || picture.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] < 128).map(|(x, y, _)| (x, y));
    let (left, right) = (foreground().map(|p| p.0).min().unwrap_or(0), foreground().map(|p| p.0).max().unwrap_or(0));
    let (top, bottom) = (foreground().map(|p| p.1).min().unwrap_or(0), foreground().map(|p| p.1).max().unwrap_or(0));
    imageops::crop_imm(picture, left, top, right - left + 1, bottom - top + 1).to_image()
}

/// Mirrors a digit or rotates it by a right angle, if the result is not a digit: a mirrored 3, 4 or 7, or a rotated 2,
/// 3, 4, 5 or 7. (A mirrored 2 resembles a 5, a rotated 6 is a 9, and 0, 1 and 8 stay the same.)
pub fn turned<R: Rng>(digit: &Example, random: &mut R) -> Option<Bitmap> {
    const LAST: usize = SIDE - 1;
    const MIRROR: Way = |x, y| (LAST - x, y);
    const LEFT: Way = |x, y| (LAST - y, x);
    const RIGHT: Way = |x, y| (y, LAST - x);
    let ways: &[Way] = match digit.label.value() {
        3 | 4 | 7 => &[MIRROR, LEFT, RIGHT],
        2 | 5 => &[LEFT, RIGHT],
        _ => return None,
    };
    let way = ways[random.random_range(0..ways.len())];
    let levels = digit.bitmap.levels();
    Some(Bitmap::new(std::array::from_fn(|index| {
        let (x, y) = way(index % SIDE, index / SIDE);
        levels[y * SIDE + x]
    })))
}

/// Maps a pixel of the result to a pixel of the source.
type Way = fn(usize, usize) -> (usize, usize);

/// Returns smooth noise, which resembles a picture without a drawing.
pub fn clouds<R: Rng>(random: &mut R) -> GrayImage {
    let grain = random.random_range(2..24);
    let noise = GrayImage::from_fn(grain, grain, |_, _| image::Luma([random.random()]));
    imageops::resize(&noise, 96, 96, imageops::CatmullRom)
}

/// Returns a renderer with a random canvas of 72 to 208 pixels, a drawing of 12 to 95 % of it, and a pen of 1 to 16 %
/// of the canvas.
pub fn random_renderer<R: Rng>(random: &mut R) -> StrokeRenderer {
    let canvas = random.random_range(72..=208_u16);
    let size = (f32::from(canvas) * log_uniform(0.12..0.95, random)).max(24.0);
    let pen = f32::from(canvas) * log_uniform(0.01..0.16, random);
    StrokeRenderer { canvas: canvas.into(), size, pen: pen.clamp(1.2, 0.3 * size) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use digit::Digit;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn example(label: i64) -> Example {
        let bitmap =
            Bitmap::new(std::array::from_fn(|i| if (60..400).contains(&i) && i % SIDE > 20 { 255 } else { 0 }));
        Example { bitmap, label: Digit::try_from(label).unwrap() }
    }

    #[test]
    fn digits_that_stay_digits_when_rotated_are_excluded() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        for label in 0..10 {
            let found = turned(&example(label), &mut random);
            assert_eq!(found.is_some(), [2, 3, 4, 5, 7].contains(&label), "{label}");
            assert!(found.is_none_or(|bitmap| bitmap != example(label).bitmap), "{label}");
        }
    }

    #[test]
    fn several_digits_lie_side_by_side() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let page = several_as_picture(&[example(1)], &mut random);
        let empty = (10..page.width() - 10).filter(|&x| (0..page.height()).all(|y| page.get_pixel(x, y).0[0] > 250));
        assert!(empty.count() >= 8, "no gap between the digits");

        let line = vec![vec![Point { x: 0.0, y: 0.0 }, Point { x: 3.0, y: 10.0 }]];
        let digit = PenDigit { writer: 1, label: Digit::try_from(1).unwrap(), strokes: line };
        assert!((2..=3).contains(&several_as_strokes(&[&digit], &mut random).len()));
    }

    #[test]
    fn a_character_is_converted_to_runs_of_foreground() {
        let mut picture = GrayImage::from_pixel(9, 9, image::Luma([255]));
        (2..6).for_each(|x| picture.put_pixel(x, 3, image::Luma([0])));
        let strokes = strokes_of(&Character { script: "Latin".to_owned(), number: 1, picture });
        assert_eq!(strokes, [vec![Point { x: 2.0, y: 3.0 }, Point { x: 5.0, y: 3.0 }]]);
    }
}

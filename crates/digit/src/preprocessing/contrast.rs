//! Separates foreground from background: by transparency, or by the difference of a pixel from the border's colour.

use super::{
    decode::Pixels,
    photo,
    plane::{Bounds, Plane},
};
use crate::levels::{FAINTEST, level_of, median_of};

/// A pixel with less than this share of the strongest contrast is background, such as the blur of an edge or a
/// compression artefact.
const LEAST_CONTRAST: f32 = 0.1;

/// Noise and printed lines are cleared up to this share of the strongest contrast.
const MOST_NOISE: f32 = 0.6;

/// Lines below this share of the strongest contrast may be printed on the background.
const MOST_PRINT: f32 = 0.5;

/// Foreground begins at this multiple of the contrast of printed lines.
const CLEAR_OF_PRINT: f32 = 1.2;

/// The largest deviation of a background of one colour, in levels.
const EVEN: usize = 4;

/// The foreground of an image as levels from 0 to 255, scaled so that the strongest is 255; `None` if it is blank.
pub(super) fn foreground(pixels: &Pixels) -> Option<Plane> {
    if pixels.channels == 4 && border_is_transparent(pixels) {
        let alpha = alpha(pixels);
        let drawn = alpha.bounds(FAINTEST)?;
        return if is_sheet(pixels, drawn) { by_colour(&crop(pixels, drawn)) } else { stretch(alpha, 0.0) };
    }
    by_colour(pixels).or_else(|| trimmed(pixels))
}

/// The alpha channel, for foreground of one colour that is cropped so tightly that its border is opaque.
fn trimmed(pixels: &Pixels) -> Option<Plane> {
    let has_holes = pixels.channels == 4 && pixels.data.chunks_exact(4).any(|pixel| pixel[3] < 128);
    if has_holes { stretch(alpha(pixels), 0.0) } else { None }
}

/// Whether most of the border is transparent. A canvas sends its foreground as alpha, so that its colour does not
/// matter.
fn border_is_transparent(pixels: &Pixels) -> bool {
    let (mut clear, mut all) = (0, 0);
    for pixel in border_pixels(pixels) {
        all += 1;
        clear += usize::from(pixel[3] < 128);
    }
    clear * 2 > all
}

fn alpha(pixels: &Pixels) -> Plane {
    let levels = pixels.data.chunks_exact(4).map(|pixel| pixel[3]).collect();
    Plane { width: pixels.width, height: pixels.height, levels }
}

/// Whether the opaque pixels are a background with foreground on it, such as a screenshot with round corners: a filled
/// rectangle of more than one colour.
fn is_sheet(pixels: &Pixels, drawn: Bounds) -> bool {
    let region = crop(pixels, drawn);
    let opaque = || region.data.chunks_exact(4).filter(|pixel| pixel[3] >= 128);
    if opaque().count() * 10 < drawn.area() * 9 {
        return false;
    }
    (0..3).any(|channel| {
        let (least, most) =
            opaque().fold((255, 0), |(least, most), pixel| (pixel[channel].min(least), pixel[channel].max(most)));
        most > least && most - least >= FAINTEST
    })
}

fn crop(pixels: &Pixels, to: Bounds) -> Pixels {
    let stride = pixels.width * pixels.channels;
    let columns = to.left * pixels.channels..to.right * pixels.channels;
    let rows = pixels.data.chunks_exact(stride).skip(to.top).take(to.height());
    let data = rows.flat_map(|row| &row[columns.clone()]).copied().collect();
    Pixels { width: to.width(), height: to.height(), channels: pixels.channels, data }
}

/// The foreground by colour: the largest difference of a channel from the background, so that blue on black counts as
/// much as white on black. Transparent pixels show the background.
fn by_colour(pixels: &Pixels) -> Option<Plane> {
    let background = border_median(pixels);
    let plane = Plane { width: pixels.width, height: pixels.height, levels: distances(pixels, background) };
    let mut counts = [0; 256];
    border(plane.width, plane.height).for_each(|index| counts[usize::from(plane.levels[index])] += 1);
    if is_even(&counts) {
        let noise = 4.0 * f32::from(median_of(&counts));
        let printed = CLEAR_OF_PRINT * f32::from(printed(&plane));
        stretch(plane, noise.max(printed))
    } else {
        photo::foreground(pixels, background)
    }
}

/// The difference of each pixel from the background.
fn distances(pixels: &Pixels, background: [u8; 3]) -> Vec<u8> {
    match pixels.channels {
        1 => pixels.data.iter().map(|level| level.abs_diff(background[0])).collect(),
        3 => pixels.data.as_chunks().0.iter().map(|&colour| distance(colour, background)).collect(),
        _ => {
            let shown = |&[red, green, blue, alpha]: &[u8; 4]| {
                let colour = distance([red, green, blue], background);
                u8::try_from(u16::from(colour) * u16::from(alpha) / 255).unwrap_or(u8::MAX)
            };
            pixels.data.as_chunks().0.iter().map(shown).collect()
        }
    }
}

fn distance(colour: [u8; 3], background: [u8; 3]) -> u8 {
    let [red, green, blue] = std::array::from_fn(|channel| colour[channel].abs_diff(background[channel]));
    red.max(green).max(blue)
}

/// Whether the background has one colour: three quarters of the border's pixels do, because strokes may cross it.
fn is_even(border: &[usize; 256]) -> bool {
    let close: usize = border[..=EVEN].iter().sum();
    close * 4 >= border.iter().sum::<usize>() * 3
}

/// The contrast of the strongest printed line, or 0. Lines are printed if at least four cross the image's edge and they
/// are fainter than the foreground.
fn printed(plane: &Plane) -> u8 {
    let strongest = plane.levels.iter().copied().max().unwrap_or(0);
    let edge = ring(plane.width, plane.height).map(|index| plane.levels[index]).collect::<Vec<_>>();
    let crossings = edge.split(|&level| level < FAINTEST / 2).filter_map(|line| line.iter().copied().max());
    let faint: Vec<u8> = crossings.filter(|&level| f32::from(level) < MOST_PRINT * f32::from(strongest)).collect();
    if faint.len() < 4 { 0 } else { faint.into_iter().max().unwrap_or(0) }
}

/// The outermost pixels, clockwise from the top left.
fn ring(width: usize, height: usize) -> impl Iterator<Item = usize> {
    let (right, bottom) = (width - 1, height - 1);
    let across = (0..width).chain((1..height).map(move |y| y * width + right));
    let back = (0..right).rev().filter(move |_| bottom > 0).map(move |x| bottom * width + x);
    across.chain(back).chain((1..bottom).rev().filter(move |_| right > 0).map(move |y| y * width))
}

/// Scales the levels so that the strongest is 255, and clears those below `noise` or [`LEAST_CONTRAST`] of the
/// strongest; `None` if the strongest is too faint.
fn stretch(mut plane: Plane, noise: f32) -> Option<Plane> {
    let strongest = plane.levels.iter().copied().max().filter(|&level| level >= FAINTEST)?;
    let strongest = f32::from(strongest);
    let background = noise.clamp(LEAST_CONTRAST * strongest, MOST_NOISE * strongest);
    let stretched: [u8; 256] = std::array::from_fn(|level| {
        let foreground = f32::from(u8::try_from(level).unwrap_or(u8::MAX));
        if foreground < background { 0 } else { level_of(foreground / strongest) }
    });
    for level in &mut plane.levels {
        *level = stretched[usize::from(*level)];
    }
    Some(plane)
}

/// The median colour of the border: the background's, even if a stroke crosses the border.
fn border_median(pixels: &Pixels) -> [u8; 3] {
    let mut counts = [[0; 256]; 3];
    for pixel in border_pixels(pixels) {
        for (counts, &level) in counts.iter_mut().zip(pixel) {
            counts[usize::from(level)] += 1;
        }
    }
    counts.each_ref().map(median_of)
}

fn border_pixels(pixels: &Pixels) -> impl Iterator<Item = &[u8]> {
    border(pixels.width, pixels.height).map(|index| &pixels.data[index * pixels.channels..][..pixels.channels])
}

/// The pixels of a border, 2 % of the image's shorter side wide.
fn border(width: usize, height: usize) -> impl Iterator<Item = usize> {
    let thickness = (width.min(height) / 50).max(1);
    let row = move |y: usize| {
        let whole = y < thickness || y + thickness >= height;
        let (left, right) = if whole { (width, width) } else { (thickness, width.saturating_sub(thickness)) };
        (0..left.min(width)).chain(right.max(left)..width).map(move |x| y * width + x)
    };
    (0..height).flat_map(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(width: usize, height: usize, colour: [u8; 4]) -> Pixels {
        Pixels { width, height, channels: 4, data: colour.repeat(width * height) }
    }

    fn paint(pixels: &mut Pixels, bounds: Bounds, colour: [u8; 4]) {
        for y in bounds.top..bounds.bottom {
            for x in bounds.left..bounds.right {
                let index = (y * pixels.width + x) * 4;
                pixels.data[index..index + 4].copy_from_slice(&colour);
            }
        }
    }

    const BAR: Bounds = Bounds { left: 20, top: 10, right: 24, bottom: 40 };

    #[test]
    fn the_border_counts_each_pixel_of_the_frame_once() {
        for (width, height, expected) in [(1, 1, 1), (2, 5, 10), (10, 10, 36), (100, 100, 400 - 4 + 392 - 4)] {
            assert_eq!(border(width, height).count(), expected, "{width}×{height}");
        }
    }

    #[test]
    fn foreground_of_any_colour_is_found_on_any_background() {
        let black = [0, 0, 0, 255];
        let white = [255, 255, 255, 255];
        let (blue, grey) = ([0, 0, 255, 255], [120, 120, 120, 255]);
        let clear = [0, 0, 0, 0];
        for (background, pen) in [
            (white, black),
            (black, white),
            (black, blue),
            (white, blue),
            (grey, white),
            (grey, black),
            (clear, black),
            (clear, white),
            ([255, 255, 255, 0], [0, 0, 0, 255]),
        ] {
            let mut pixels = sheet(50, 60, background);
            assert!(foreground(&pixels).is_none(), "{background:?} alone is blank");
            paint(&mut pixels, BAR, pen);
            assert_eq!(foreground(&pixels).unwrap().bounds(255), Some(BAR), "{pen:?} on {background:?}");
        }
    }

    #[test]
    fn foreground_that_is_cropped_to_its_edges_is_found() {
        let mut pixels = sheet(10, 40, [0, 0, 0, 255]);
        paint(&mut pixels, Bounds { left: 6, top: 8, right: 10, bottom: 40 }, [0, 0, 0, 0]);
        assert_eq!(foreground(&pixels).unwrap().bounds(255), Some(Bounds { left: 0, top: 0, right: 10, bottom: 40 }));
    }

    #[test]
    fn an_opaque_background_with_transparent_margins_is_not_foreground() {
        let mut pixels = sheet(100, 100, [0, 0, 0, 0]);
        paint(&mut pixels, Bounds { left: 5, top: 5, right: 95, bottom: 95 }, [250, 250, 250, 255]);
        paint(&mut pixels, Bounds { left: 40, top: 30, right: 45, bottom: 70 }, [10, 10, 30, 255]);
        let found = foreground(&pixels).unwrap();
        assert_eq!((found.width, found.height), (90, 90));
        assert_eq!(found.bounds(200).unwrap().width(), 5);
    }

    #[test]
    fn faint_noise_beside_foreground_is_background() {
        let mut pixels = sheet(50, 60, [240, 240, 240, 255]);
        paint(&mut pixels, Bounds { left: 2, top: 2, right: 5, bottom: 5 }, [230, 230, 230, 255]);
        paint(&mut pixels, BAR, [20, 20, 20, 255]);
        assert_eq!(foreground(&pixels).unwrap().bounds(1), Some(BAR));
    }
}

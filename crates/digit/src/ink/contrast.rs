//! Tells ink from paper: by transparency where there is any, else by how far a pixel is from the border's colour.

use super::{
    FAINTEST,
    decode::Pixels,
    plane::{Bounds, Plane},
};

/// Below this share of the strongest contrast a pixel is paper: the blur of an edge, a compression artefact.
const PAPER: f32 = 0.1;

/// The ink of a picture as levels from 0 to 255, stretched so that the strongest is 255; `None` if it is blank.
pub(super) fn ink(pixels: &Pixels) -> Option<Plane> {
    if pixels.channels == 4 && border_is_transparent(pixels) {
        let alpha = alpha(pixels);
        let drawn = alpha.bounds(FAINTEST)?;
        return if is_sheet(pixels, drawn) { by_colour(&crop(pixels, drawn)) } else { stretch(alpha, 0.0) };
    }
    by_colour(pixels).or_else(|| trimmed(pixels))
}

/// Ink of one colour, cut out so tightly that its border is opaque.
fn trimmed(pixels: &Pixels) -> Option<Plane> {
    let has_holes = pixels.channels == 4 && pixels.data.chunks_exact(4).any(|pixel| pixel[3] < 128);
    if has_holes { stretch(alpha(pixels), 0.0) } else { None }
}

/// A canvas sends its ink as alpha, so that whatever colour the theme gave the ink, it stays ink.
fn border_is_transparent(pixels: &Pixels) -> bool {
    let (mut clear, mut all) = (0, 0);
    for pixel in border(pixels) {
        all += 1;
        clear += usize::from(pixel[3] < 128);
    }
    clear * 2 > all
}

fn alpha(pixels: &Pixels) -> Plane {
    let levels = pixels.data.chunks_exact(4).map(|pixel| pixel[3]).collect();
    Plane { width: pixels.width, height: pixels.height, levels }
}

/// Whether what is opaque is a sheet of paper with ink on it (a screenshot with round corners), not the ink itself:
/// a filled rectangle that is not of one colour.
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

/// Ink is what differs from the background: the largest difference of a channel, so that blue on black counts as
/// much as white on black. What is transparent shows the background.
fn by_colour(pixels: &Pixels) -> Option<Plane> {
    let background = border_median(pixels);
    let distance = |pixel: &[u8]| {
        let colour = pixel.iter().zip(background).map(|(&channel, paper)| channel.abs_diff(paper)).max().unwrap_or(0);
        let alpha = pixel.get(3).copied().unwrap_or(255);
        u8::try_from(u16::from(colour) * u16::from(alpha) / 255).unwrap_or(u8::MAX)
    };
    let levels = pixels.data.chunks_exact(pixels.channels).map(distance).collect();
    let plane = Plane { width: pixels.width, height: pixels.height, levels };
    let mut noise: Vec<u8> = border(pixels).map(distance).collect();
    stretch(plane, 4.0 * f32::from(median(&mut noise)))
}

/// Stretches the levels so that the strongest is 255 and clears those that are no more than `noise` levels or
/// [`PAPER`] of the strongest; `None` if even the strongest is too faint to have been drawn.
fn stretch(mut plane: Plane, noise: f32) -> Option<Plane> {
    let strongest = plane.levels.iter().copied().max().filter(|&level| level >= FAINTEST)?;
    let strongest = f32::from(strongest);
    let paper = noise.clamp(PAPER * strongest, 0.5 * strongest);
    for level in &mut plane.levels {
        let ink = f32::from(*level);
        *level = if ink < paper { 0 } else { crate::bitmap::level_of(ink / strongest) };
    }
    Some(plane)
}

/// The median colour of the border: the paper, even where a stroke runs off it.
fn border_median(pixels: &Pixels) -> [u8; 3] {
    std::array::from_fn(|channel| {
        let mut levels: Vec<u8> = border(pixels).map(|pixel| pixel[channel]).collect();
        median(&mut levels)
    })
}

fn median(levels: &mut [u8]) -> u8 {
    let middle = levels.len() / 2;
    if levels.is_empty() { 0 } else { *levels.select_nth_unstable(middle).1 }
}

/// The pixels of a frame around the picture, 2 % of its shorter side wide.
fn border(pixels: &Pixels) -> impl Iterator<Item = &[u8]> {
    let (width, height) = (pixels.width, pixels.height);
    let thickness = (width.min(height) / 50).max(1);
    let row = move |y: usize| {
        let whole = y < thickness || y + thickness >= height;
        let (left, right) = if whole { (width, width) } else { (thickness, width.saturating_sub(thickness)) };
        (0..left.min(width)).chain(right.max(left)..width).map(move |x| y * width + x)
    };
    (0..height).flat_map(row).map(|index| &pixels.data[index * pixels.channels..][..pixels.channels])
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
            assert_eq!(border(&sheet(width, height, [0; 4])).count(), expected, "{width}×{height}");
        }
    }

    #[test]
    fn ink_is_found_whatever_its_colour_and_its_paper() {
        let black = [0, 0, 0, 255];
        let white = [255, 255, 255, 255];
        let (blue, grey) = ([0, 0, 255, 255], [120, 120, 120, 255]);
        let clear = [0, 0, 0, 0];
        for (paper, pen) in [
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
            let mut pixels = sheet(50, 60, paper);
            assert!(ink(&pixels).is_none(), "{paper:?} alone is blank");
            paint(&mut pixels, BAR, pen);
            assert_eq!(ink(&pixels).unwrap().bounds(255), Some(BAR), "{pen:?} on {paper:?}");
        }
    }

    #[test]
    fn ink_that_is_trimmed_to_its_edges_is_still_ink() {
        let mut pixels = sheet(10, 40, [0, 0, 0, 255]);
        paint(&mut pixels, Bounds { left: 6, top: 8, right: 10, bottom: 40 }, [0, 0, 0, 0]);
        assert_eq!(ink(&pixels).unwrap().bounds(255), Some(Bounds { left: 0, top: 0, right: 10, bottom: 40 }));
    }

    #[test]
    fn a_sheet_with_transparent_margins_is_paper_not_ink() {
        let mut pixels = sheet(100, 100, [0, 0, 0, 0]);
        paint(&mut pixels, Bounds { left: 5, top: 5, right: 95, bottom: 95 }, [250, 250, 250, 255]);
        paint(&mut pixels, Bounds { left: 40, top: 30, right: 45, bottom: 70 }, [10, 10, 30, 255]);
        let found = ink(&pixels).unwrap();
        assert_eq!((found.width, found.height), (90, 90));
        assert_eq!(found.bounds(200).unwrap().width(), 5);
    }

    #[test]
    fn faint_noise_beside_ink_is_paper() {
        let mut pixels = sheet(50, 60, [240, 240, 240, 255]);
        paint(&mut pixels, Bounds { left: 2, top: 2, right: 5, bottom: 5 }, [230, 230, 230, 255]);
        paint(&mut pixels, BAR, [20, 20, 20, 255]);
        assert_eq!(ink(&pixels).unwrap().bounds(1), Some(BAR));
    }
}

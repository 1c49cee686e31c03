//! Separates foreground from a background of more than one colour: photos with shadows, grain and blur.

use super::{
    background::estimate_background,
    components,
    decode::Pixels,
    plane::{Field, Plane},
};
use crate::levels::{FAINTEST, level_of, median_of};

/// Shares of the foreground's strength: a pixel below the first is background, a pixel above the second is full
/// foreground. The blurred edge of a stroke lies between them.
const EDGE: (f32, f32) = (0.3, 0.7);

/// The foreground's strength is the contrast that one of this many pixels exceeds. A small digit with thin strokes
/// covers twice as many.
const STRONG: usize = 500;

/// Foreground is stronger than this many standard deviations of the remaining grain. In pure grain, one of [`STRONG`]
/// pixels exceeds 2.9.
const GRAIN: f32 = 4.0;

/// The least level of the background in a contrast, so that the grain of a shadow is not foreground.
const DARKEST: f32 = 32.0;

/// One of this many pixels is a sample for the variances of the channels.
const SAMPLE: usize = 7;

/// The foreground of an image; `None` if it is blank.
///
/// It estimates the background twice, the second time without the foreground of the first time, so that it also finds
/// the background behind strokes as thick as the window.
pub(super) fn foreground(pixels: &Pixels, background: [u8; 3]) -> Option<Plane> {
    let grey = calm(&liveliest(pixels, background));
    let first = foreground_before(&grey, &estimate_background(&grey, None))?;
    foreground_before(&grey, &estimate_background(&grey, Some(&first)))
}

/// The pixels with contrast to the background, relative to the background's light, because a shadow dims both equally.
fn foreground_before(grey: &Field, background: &Field) -> Option<Plane> {
    let stands_out = contrast(grey, background);
    // The median of a normal distribution's absolute values is 0.6745 standard deviations.
    let grain = surpassed_by(stands_out.iter().map(|contrast| contrast.abs()), 2) / 0.6745;
    let strength = surpassed_by(stands_out.iter().copied(), STRONG);
    if strength < (f32::from(FAINTEST) / 255.0).max(GRAIN * grain) {
        return None;
    }
    let (least, most) = (EDGE.0 * strength, EDGE.1 * strength);
    let levels = stands_out.into_iter().map(|contrast| level_of((contrast - least) / (most - least))).collect();
    let mut foreground = Plane { width: grey.width, height: grey.height, levels };
    components::remove_soft(&mut foreground, grey);
    Some(foreground)
}

/// The contrast of each pixel: from 0 to 1 towards the foreground's side of the background, below 0 towards the other
/// side.
fn contrast(grey: &Field, background: &Field) -> Vec<f32> {
    let pairs = || grey.values.iter().zip(&background.values);
    let is_dark = pairs().map(|(grey, background)| (background - grey).powi(3)).sum::<f32>() >= 0.0;
    if is_dark {
        pairs().map(|(grey, background)| (background - grey) / background.max(DARKEST)).collect()
    } else {
        pairs().map(|(grey, background)| (grey - background) / (255.0 - background).max(DARKEST)).collect()
    }
}

/// The contrast that one of `one_of` pixels exceeds, to a thousandth.
fn surpassed_by(contrasts: impl ExactSizeIterator<Item = f32>, one_of: usize) -> f32 {
    let mut left = contrasts.len() / one_of;
    let mut counts = [0_usize; 1001];
    for contrast in contrasts {
        counts[thousandths(contrast)] += 1;
    }
    let reaches = |&(_, &count): &(usize, &usize)| {
        let is_here = count > left;
        left = left.saturating_sub(count);
        is_here
    };
    let found = counts.iter().enumerate().rev().find(reaches).map_or(0, |(thousandths, _)| thousandths);
    u16::try_from(found).map_or(1.0, f32::from) / 1000.0
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 1000 before the cast")]
fn thousandths(contrast: f32) -> usize {
    (contrast.clamp(0.0, 1.0) * 1000.0) as usize
}

/// The channel with the largest variance: red for a blue pen, blue for a yellow one. Transparent pixels show the
/// background.
fn liveliest(pixels: &Pixels, background: [u8; 3]) -> Plane {
    let over = |pixel: &[u8], channel: usize| match pixel.get(3) {
        None => pixel[channel],
        Some(&alpha) => {
            let (alpha, below) = (u16::from(alpha), 255 - u16::from(alpha));
            let mixed = u16::from(pixel[channel]) * alpha + u16::from(background[channel]) * below;
            u8::try_from(mixed / 255).unwrap_or(u8::MAX)
        }
    };
    let colours = || pixels.data.chunks_exact(pixels.channels);
    let spread = |&channel: &usize| spread(colours().step_by(SAMPLE).map(|pixel| over(pixel, channel)));
    let channel = (0..pixels.channels.min(3)).max_by_key(spread).unwrap_or(0);
    let levels = colours().map(|pixel| over(pixel, channel)).collect();
    Plane { width: pixels.width, height: pixels.height, levels }
}

/// The variance of levels, times the square of their count.
fn spread(levels: impl Iterator<Item = u8>) -> u64 {
    let (mut count, mut sum, mut squares) = (0, 0, 0);
    for level in levels.map(u64::from) {
        count += 1;
        sum += level;
        squares += level * level;
    }
    squares * count - sum * sum
}

/// Smooths a plane once, or up to three times if it has much grain.
fn calm(plane: &Plane) -> Field {
    let grain = grain(plane);
    let values = plane.levels.iter().map(|&level| f32::from(level)).collect();
    let mut grey = Field { width: plane.width, height: plane.height, values };
    for _ in 0..1 + usize::from(grain > 4) + usize::from(grain > 12) {
        smooth(&mut grey);
    }
    grey
}

/// The median difference of horizontal neighbours, about a standard deviation of the grain.
fn grain(plane: &Plane) -> u8 {
    let mut counts = [0_usize; 256];
    for row in plane.rows() {
        for pair in row.windows(2) {
            counts[usize::from(pair[0].abs_diff(pair[1]))] += 1;
        }
    }
    median_of(&counts)
}

/// Smooths with the weights 1, 2, 1, horizontally and vertically.
fn smooth(field: &mut Field) {
    let (width, height) = (field.width, field.height);
    let mut across = Vec::with_capacity(field.values.len());
    for row in field.values.chunks_exact(width) {
        let weigh = |x: usize| (row[x.saturating_sub(1)] + 2.0 * row[x] + row[(x + 1).min(width - 1)]) / 4.0;
        across.extend((0..width).map(weigh));
    }
    for y in 0..height {
        let above = &across[y.saturating_sub(1) * width..][..width];
        let here = &across[y * width..][..width];
        let below = &across[(y + 1).min(height - 1) * width..][..width];
        for (x, value) in field.values[y * width..][..width].iter_mut().enumerate() {
            *value = (above[x] + 2.0 * here[x] + below[x]) / 4.0;
        }
    }
}

//! The corruptions of the paper: rotation and printed lines.

use super::{as_f32, map, scale, within};
use image::{GrayImage, Luma};
use rand::{Rng, RngExt};
use std::ops::Range;

/// Rotates the picture about its centre by an angle in degrees. New pixels at the edges are background.
pub(super) fn rotate(clean: &GrayImage, degrees: f32) -> GrayImage {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let middle = (as_f32(clean.width()) / 2.0, as_f32(clean.height()) / 2.0);
    let paper = f32::from(clean.get_pixel(0, 0).0[0]);
    map(clean, |x, y, _| {
        let (off_x, off_y) = (x + 0.5 - middle.0, y + 0.5 - middle.1);
        let source_x = middle.0 + cosine * off_x + sine * off_y - 0.5;
        let source_y = middle.1 - sine * off_x + cosine * off_y - 0.5;
        bilinear(clean, source_x, source_y, paper)
    })
}

/// Prints lines or squares. Their darkness is a share, within `darkness`, of the way from white to black.
pub(super) fn rule<R: Rng>(clean: &GrayImage, darkness: Range<f32>, random: &mut R) -> GrayImage {
    let scale = scale(clean);
    let spacing = random.random_range(16.0..50.0) * scale;
    let thickness = random.random_range(1.0..2.5) * scale;
    let grey = 255.0 * (1.0 - within(darkness, random));
    let (start_x, start_y) = (random.random_range(0.0..spacing), random.random_range(0.0..spacing));
    let is_squared = random.random();
    let line = |along: f32, start: f32| coverage((along + 0.5 - start).rem_euclid(spacing), thickness);
    map(clean, |x, y, drawn| {
        let printed = if is_squared { line(y, start_y).max(line(x, start_x)) } else { line(y, start_y) };
        // The foreground covers the printed lines.
        drawn.min(drawn + (grey - drawn) * printed)
    })
}

/// Returns the share of a pixel that a line covers. The line starts `before` the pixel; both are in pixels.
fn coverage(before: f32, thickness: f32) -> f32 {
    let reach = f32::midpoint(thickness, 1.0);
    (reach - (before - reach).abs()).clamp(0.0, thickness.min(1.0))
}

/// Interpolates the grey level between four pixels.
fn bilinear(image: &GrayImage, x: f32, y: f32, outside: f32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (right_share, bottom_share) = (x - left, y - top);
    let grey = |x, y| grey_at(image, x, y).unwrap_or(outside);
    let upper = grey(left, top) * (1.0 - right_share) + grey(left + 1.0, top) * right_share;
    let lower = grey(left, top + 1.0) * (1.0 - right_share) + grey(left + 1.0, top + 1.0) * right_share;
    upper * (1.0 - bottom_share) + lower * bottom_share
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "negative places are outside")]
fn grey_at(image: &GrayImage, x: f32, y: f32) -> Option<f32> {
    if x < 0.0 || y < 0.0 {
        return None;
    }
    image.get_pixel_checked(x as u32, y as u32).map(|&Luma([grey])| f32::from(grey))
}

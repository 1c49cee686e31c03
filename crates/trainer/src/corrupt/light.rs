//! The corruptions of light: uneven light and low contrast.

use super::{as_f32, map, within};
use image::GrayImage;
use rand::{Rng, RngExt};
use std::{f32::consts::TAU, ops::Range};

/// The grey level of the lightest background after [`low_contrast`].
const LIGHTEST: f32 = 230.0;

/// Makes the light fade from one side to the other, and adds a shadow with a soft edge. Each reduces the light by a
/// share within `strength`.
pub(super) fn uneven<R: Rng>(clean: &GrayImage, strength: Range<f32>, random: &mut R) -> GrayImage {
    let fading = Slope::random(clean, random);
    let edge = Slope::random(clean, random);
    let (fade, shade) = (within(strength.clone(), random), within(strength, random));
    // The edge is near the middle, so that the shadow covers a part of most pictures and of some digits.
    let (place, softness) = (random.random_range(0.3..0.7), random.random_range(0.02..0.15));
    map(clean, |x, y, grey| {
        let shadow = ((edge.at(x, y) - place) / softness + 0.5).clamp(0.0, 1.0);
        grey * (1.0 - fade * fading.at(x, y)) * (1.0 - shade * shadow)
    })
}

/// Reduces the contrast of foreground and background to a share within `contrast`.
pub(super) fn low_contrast<R: Rng>(clean: &GrayImage, contrast: Range<f32>, random: &mut R) -> GrayImage {
    let contrast = within(contrast, random);
    let darkest = random.random_range(0.3..1.0) * (LIGHTEST - 255.0 * contrast);
    map(clean, |_, _, grey| darkest + contrast * grey)
}

/// A plane that rises from 0 to 1 across a picture, in a random direction.
struct Slope {
    across: f32,
    down: f32,
    start: f32,
}

impl Slope {
    fn random<R: Rng>(image: &GrayImage, random: &mut R) -> Self {
        let (sine, cosine) = random.random_range(0.0..TAU).sin_cos();
        let rise = sine.abs() + cosine.abs();
        Self {
            across: cosine / rise / as_f32(image.width()),
            down: sine / rise / as_f32(image.height()),
            start: (-cosine.min(0.0) - sine.min(0.0)) / rise,
        }
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        self.start + self.across * x + self.down * y
    }
}

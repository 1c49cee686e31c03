//! The ten digits of `examples/ten-digits.json`, as strokes and as images like those of a drawing program.

use anyhow::Context;
use image::{GrayImage, ImageFormat, Luma, RgbImage, imageops};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::{collections::BTreeMap, io::Cursor};

const DRAWINGS: &str = include_str!("../../../examples/ten-digits.json");

/// The side of the canvas in pixels, which the strokes refer to.
const SIDE: u32 = 280;

/// Half of the pen's width, in pixels.
const RADIUS: f32 = 9.0;

/// A point: x, y and time.
type Point = [f32; 3];

/// The strokes of a drawing.
pub(crate) type Drawing = Vec<Vec<Point>>;

/// A digit.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub(crate) strokes: Drawing,
    /// PNG of 280×280 pixels, black on white.
    pub(crate) png: Vec<u8>,
    /// The 28×28 pixels for the Open Inference Protocol.
    small: GrayImage,
}

/// Returns each digit once.
pub(crate) fn ten_digits() -> anyhow::Result<Vec<Picture>> {
    let drawings: BTreeMap<String, Drawing> = serde_json::from_str(DRAWINGS)?;
    drawings.into_values().map(Picture::new).collect()
}

impl Picture {
    fn new(strokes: Drawing) -> anyhow::Result<Self> {
        let image = drawn(&strokes);
        let mut png = Cursor::new(Vec::new());
        image.write_to(&mut png, ImageFormat::Png)?;
        let small = imageops::resize(&image, 28, 28, imageops::FilterType::Triangle);
        Ok(Self { strokes, png: png.into_inner(), small })
    }

    /// Returns the foreground of the 28×28 pixels, from 0 to 1.
    pub(crate) fn pixels(&self) -> impl Iterator<Item = f32> {
        self.small.pixels().map(|pixel| f32::from(255 - pixel.0[0]) / 255.0)
    }
}

fn drawn(strokes: &[Vec<Point>]) -> GrayImage {
    let mut image = GrayImage::from_pixel(SIDE, SIDE, Luma([255]));
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let centre = [coordinate(x), coordinate(y)];
        let lines = strokes.iter().flat_map(|stroke| stroke.windows(2));
        if lines.map(|ends| distance(centre, &ends[0], &ends[1])).any(|distance| distance <= RADIUS) {
            *pixel = Luma([0]);
        }
    }
    image
}

/// Returns a digit on a noisy background, as a PNG of nearly 5 MB, the limit of digits.
pub(crate) fn large_png() -> anyhow::Result<Vec<u8>> {
    const TIMES: u32 = 5;
    let ten = ten_digits()?;
    let digit = image::load_from_memory(&ten.first().context("there are ten digits")?.png)?.to_luma8();
    let mut large = RgbImage::new(TIMES * SIDE, TIMES * SIDE);
    ChaCha8Rng::seed_from_u64(0).fill_bytes(&mut large);
    for level in &mut *large {
        *level = 0xc0 | (*level & 0x1f);
    }
    for (x, y, _) in digit.enumerate_pixels().filter(|(_, _, pixel)| pixel.0 == [0]) {
        imageops::replace(&mut large, &RgbImage::new(TIMES, TIMES), (TIMES * x).into(), (TIMES * y).into());
    }
    let mut png = Cursor::new(Vec::new());
    large.write_to(&mut png, ImageFormat::Png)?;
    Ok(png.into_inner())
}

#[expect(clippy::cast_precision_loss, reason = "a picture has a few hundred pixels per side")]
fn coordinate(pixel: u32) -> f32 {
    pixel as f32 + 0.5
}

/// Returns the distance of a point from the segment between two points.
fn distance([x, y]: [f32; 2], from: &Point, to: &Point) -> f32 {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let along = ((x - from[0]) * dx + (y - from[1]) * dy) / (dx * dx + dy * dy).max(f32::EPSILON);
    let along = along.clamp(0.0, 1.0);
    (x - from[0] - along * dx).hypot(y - from[1] - along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_large_picture_is_just_below_the_size_limit() {
        assert!((4_000_000..5_000_000).contains(&large_png().unwrap().len()));
    }

    #[test]
    fn ten_pictures_have_foreground_and_background() {
        let pictures = ten_digits().unwrap();
        assert_eq!(pictures.len(), 10);
        for picture in pictures {
            let image = image::load_from_memory(&picture.png).unwrap().to_luma8();
            let foreground = image.pixels().filter(|pixel| pixel.0 == [0]).count();
            assert!((2_000..20_000).contains(&foreground), "{foreground} pixels of foreground");
            let small: Vec<f32> = picture.pixels().collect();
            assert!(small.len() == 784 && small.contains(&0.0) && small.iter().any(|&level| level > 0.9));
        }
    }
}

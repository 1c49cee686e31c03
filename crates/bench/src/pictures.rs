//! The ten digits of `examples/ten-digits.json` as PNGs, as one would save them from a drawing program.

use image::{GrayImage, ImageFormat, Luma};
use std::{collections::BTreeMap, io::Cursor};

const DRAWINGS: &str = include_str!("../../../examples/ten-digits.json");

/// Pixels per side, which the strokes' points refer to.
const SIDE: u32 = 280;

/// Half the pen's width.
const RADIUS: f32 = 9.0;

/// A point: x, y and a time.
type Point = [f32; 3];

/// A PNG of each digit, black on white.
pub(crate) fn ten_digits() -> anyhow::Result<Vec<Vec<u8>>> {
    let drawings: BTreeMap<String, Vec<Vec<Point>>> = serde_json::from_str(DRAWINGS)?;
    drawings.values().map(|strokes| png(strokes)).collect()
}

fn png(strokes: &[Vec<Point>]) -> anyhow::Result<Vec<u8>> {
    let mut image = GrayImage::from_pixel(SIDE, SIDE, Luma([255]));
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let centre = [coordinate(x), coordinate(y)];
        let lines = strokes.iter().flat_map(|stroke| stroke.windows(2));
        if lines.map(|ends| distance(centre, &ends[0], &ends[1])).any(|distance| distance <= RADIUS) {
            *pixel = Luma([0]);
        }
    }
    let mut png = Cursor::new(Vec::new());
    image.write_to(&mut png, ImageFormat::Png)?;
    Ok(png.into_inner())
}

#[expect(clippy::cast_precision_loss, reason = "a picture has a few hundred pixels per side")]
fn coordinate(pixel: u32) -> f32 {
    pixel as f32 + 0.5
}

/// How far a place is from a line between two points.
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
    fn there_are_ten_pictures_with_ink_and_paper() {
        let pictures = ten_digits().unwrap();
        assert_eq!(pictures.len(), 10);
        for png in pictures {
            let image = image::load_from_memory(&png).unwrap().to_luma8();
            let ink = image.pixels().filter(|pixel| pixel.0 == [0]).count();
            assert!((2_000..20_000).contains(&ink), "{ink} pixels of ink");
        }
    }
}

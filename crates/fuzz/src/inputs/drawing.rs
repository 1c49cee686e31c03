//! Ten hand-drawn digits, moved and stretched at random, as strokes and as grey levels.

use crate::random::Random;
use anyhow::Context;
use digit::{
    Bitmap,
    preprocessing::{self, Drawing, Point},
};
use image::{GrayImage, Luma};
use std::collections::BTreeMap;

const DRAWINGS: &str = include_str!("../../../../examples/ten-digits.json");

/// The side of the drawings' canvas, in pixels.
const SIDE: f32 = 280.0;

/// A line from pen-down to pen-up.
pub(super) type Stroke = Vec<[f32; 2]>;

/// The drawings, and the bitmap of each.
#[derive(Debug)]
pub(crate) struct Drawings {
    strokes: Vec<Vec<Stroke>>,
    bitmaps: Vec<Bitmap>,
}

impl Drawings {
    pub(super) fn new() -> anyhow::Result<Self> {
        let drawn: BTreeMap<String, Vec<Vec<[f32; 3]>>> = serde_json::from_str(DRAWINGS)?;
        let flat = |stroke: Vec<[f32; 3]>| stroke.into_iter().map(|[x, y, _]| [x, y]).collect();
        let strokes: Vec<Vec<Stroke>> =
            drawn.into_values().map(|strokes| strokes.into_iter().map(flat).collect()).collect();
        let bitmaps = strokes.iter().map(|strokes| bitmap(strokes)).collect::<anyhow::Result<_>>()?;
        Ok(Self { strokes, bitmaps })
    }

    /// Returns a digit's strokes on a canvas of this side, in pixels.
    pub(super) fn strokes(&self, random: &mut Random, side: f32) -> Vec<Stroke> {
        let scale = side / SIDE;
        let (wide, high) = (scale * (0.5 + random.unit() / 2.0), scale * (0.5 + random.unit() / 2.0));
        let (left, top) = (random.unit() * (side - wide * SIDE), random.unit() * (side - high * SIDE));
        let moved = |stroke: &Stroke| stroke.iter().map(|[x, y]| [x * wide + left, y * high + top]).collect();
        random.pick_from(&self.strokes).iter().map(moved).collect()
    }

    /// Returns a digit's bitmap, or noise.
    pub(super) fn bitmap(&self, random: &mut Random) -> Bitmap {
        if random.happens(90) {
            return random.pick_from(&self.bitmaps).clone();
        }
        Bitmap::new(std::array::from_fn(|_| random.byte()))
    }

    /// Returns a picture of a digit: strokes of any grey level on a background of another.
    pub(super) fn picture(&self, random: &mut Random, side: u32) -> GrayImage {
        let background = random.byte();
        let pen = Luma([background.wrapping_add(64).wrapping_add(random.byte() / 2)]);
        let mut picture = GrayImage::from_pixel(side, side, Luma([background]));
        let width = extent(side);
        let radius = width * (0.01 + 0.06 * random.unit());
        for stroke in self.strokes(random, width) {
            for ends in stroke.windows(2) {
                line(&mut picture, ends[0], ends[1], radius, pen);
            }
        }
        picture
    }
}

fn bitmap(strokes: &[Stroke]) -> anyhow::Result<Bitmap> {
    let line = |stroke: &Stroke| stroke.iter().map(|&[x, y]| Point { x, y }).collect();
    let drawing = Drawing::new(strokes.iter().map(line).collect())?;
    Ok(preprocessing::from_drawing(&drawing).context("an example has no foreground")?.bitmap)
}

/// Draws a line of overlapping dots.
fn line(picture: &mut GrayImage, from: [f32; 2], to: [f32; 2], radius: f32, pen: Luma<u8>) {
    let mut along = 0.0;
    while along <= 1.0 {
        dot(picture, [from[0] + (to[0] - from[0]) * along, from[1] + (to[1] - from[1]) * along], radius, pen);
        along += 0.2;
    }
}

fn dot(picture: &mut GrayImage, [x, y]: [f32; 2], radius: f32, pen: Luma<u8>) {
    for row in pixel(y - radius)..pixel(y + radius + 1.0).min(picture.height()) {
        for column in pixel(x - radius)..pixel(x + radius + 1.0).min(picture.width()) {
            picture.put_pixel(column, row, pen);
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast ends at 0")]
fn pixel(coordinate: f32) -> u32 {
    coordinate as u32
}

#[expect(clippy::cast_precision_loss, reason = "a picture has a few hundred pixels per side")]
fn extent(side: u32) -> f32 {
    side as f32
}

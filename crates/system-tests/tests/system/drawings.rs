//! Ten hand-drawn digits, some drawings that are no digit, and pictures of them.

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use serde_json::{Value, json};
use std::{f64::consts::TAU, io::Cursor};

/// The strokes of each digit, by digit.
const DRAWINGS: &str = include_str!("../../../../examples/ten-digits.json");

/// Returns a drawing of each digit, 0 to 9, as a client sends it: 280 × 280, points with times.
pub(crate) fn all() -> Vec<Value> {
    let drawn: Value = serde_json::from_str(DRAWINGS).unwrap();
    (0..10).map(|digit| drawing(&drawn[digit.to_string()])).collect()
}

/// Returns a drawing of these strokes.
fn drawing(strokes: &Value) -> Value {
    json!({ "strokes": strokes, "width": 280, "height": 280 })
}

/// Returns a drawing of a dot.
pub(crate) fn dot() -> Value {
    drawing(&json!([[[140, 140]]]))
}

/// Returns a drawing of a three and a seven side by side.
pub(crate) fn two_digits() -> Value {
    let all = all();
    drawing(&[half(&all[3]["strokes"], 0.0), half(&all[7]["strokes"], 130.0)].concat().into())
}

/// Scales strokes by a half, and moves them to the right by `left`.
fn half(strokes: &Value, left: f64) -> Vec<Value> {
    let place =
        |point: &Value| json!([point[0].as_f64().unwrap() / 2.0 + left, point[1].as_f64().unwrap() / 2.0 + 70.0]);
    let stroke = |stroke: &Value| stroke.as_array().unwrap().iter().map(place).collect();
    strokes.as_array().unwrap().iter().map(stroke).collect()
}

/// Returns a drawing of loops that cross each other all over the canvas.
pub(crate) fn scribble() -> Value {
    let point = |step: u32| {
        let turn = f64::from(step) / 150.0 * TAU;
        [140.0 + 100.0 * (2.0 * turn + 0.6).sin(), 140.0 + 100.0 * (5.0 * turn).sin()]
    };
    drawing(&json!([(0..=150).map(point).collect::<Vec<_>>()]))
}

/// A picture of a drawing.
pub(crate) struct Picture {
    pub(crate) background: [u8; 4],
    pub(crate) pen: [u8; 4],
    /// Half the pen's width, in pixels of the drawing.
    pub(crate) radius: f64,
    pub(crate) scale: f64,
    /// Pixels of background to the left and above.
    pub(crate) margin: (u32, u32),
}

impl Default for Picture {
    fn default() -> Self {
        Self { background: [255; 4], pen: [0, 0, 0, 255], radius: 9.0, scale: 1.0, margin: (0, 0) }
    }
}

impl Picture {
    pub(crate) fn of(&self, drawing: &Value) -> RgbaImage {
        let side = (280.0 * self.scale) as u32;
        let mut image = RgbaImage::from_pixel(side + self.margin.0, side + self.margin.1, Rgba(self.background));
        let place =
            |point: &Value, axis: usize, margin: u32| point[axis].as_f64().unwrap() * self.scale + f64::from(margin);
        for stroke in drawing["strokes"].as_array().unwrap() {
            let points: Vec<_> = (stroke.as_array().unwrap().iter())
                .map(|point| (place(point, 0, self.margin.0), place(point, 1, self.margin.1)))
                .collect();
            for ends in points.windows(2) {
                self.line(&mut image, ends[0], ends[1]);
            }
        }
        image
    }

    /// Draws a line of overlapping dots.
    fn line(&self, image: &mut RgbaImage, from: (f64, f64), to: (f64, f64)) {
        let radius = self.radius * self.scale;
        let steps = ((to.0 - from.0).hypot(to.1 - from.1) / (radius / 4.0)).ceil().max(1.0);
        for step in 0..=steps as u32 {
            let along = f64::from(step) / steps;
            let (x, y) = (from.0 + (to.0 - from.0) * along, from.1 + (to.1 - from.1) * along);
            for py in (y - radius).max(0.0) as u32..((y + radius) as u32 + 1).min(image.height()) {
                for px in (x - radius).max(0.0) as u32..((x + radius) as u32 + 1).min(image.width()) {
                    if (f64::from(px) + 0.5 - x).hypot(f64::from(py) + 0.5 - y) <= radius {
                        image.put_pixel(px, py, Rgba(self.pen));
                    }
                }
            }
        }
    }

    pub(crate) fn png(&self, drawing: &Value) -> Vec<u8> {
        encode(&self.of(drawing).into(), ImageFormat::Png)
    }
}

pub(crate) fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

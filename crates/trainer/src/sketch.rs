//! Drawings as people make them on a canvas: any size, any place, any pen.

use digit::preprocessing::Point;
use image::{GrayImage, Luma, imageops};
use rand::{Rng, RngExt};
use std::ops::Range;
use tiny_skia::{FillRule, LineCap, LineJoin, Mask, Path, PathBuilder, Rect, Stroke, Transform};

/// Lines from pen-down to pen-up, `y` downwards, in any unit.
pub type Strokes = Vec<Vec<Point>>;

/// What strokes are drawn with and on, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sketch {
    /// Pixels per side of the canvas.
    pub canvas: u32,
    /// The drawing's longer side, the pen's width included.
    pub size: f32,
    /// The pen's width.
    pub pen: f32,
}

impl Sketch {
    /// The strokes, black on white, at a random place of the canvas.
    ///
    /// # Panics
    /// When the canvas has no pixels.
    pub fn draw<R: Rng>(&self, strokes: &Strokes, random: &mut R) -> GrayImage {
        let canvas = as_f32(self.canvas);
        let mut mask = Mask::new(self.canvas, self.canvas).expect("a canvas has pixels");
        if let Some(path) = path(strokes) {
            let bounds = path.bounds();
            let longer = bounds.width().max(bounds.height()).max(f32::EPSILON);
            let scale = (self.size - self.pen).max(1.0) / longer;
            let (width, height) = (bounds.width() * scale + self.pen, bounds.height() * scale + self.pen);
            let place = |room: f32, random: &mut R| random.random::<f32>() * room.max(0.0);
            let left = place(canvas - width, random) + self.pen / 2.0 - bounds.left() * scale;
            let top = place(canvas - height, random) + self.pen / 2.0 - bounds.top() * scale;
            fill(&mut mask, &path, Transform::from_row(scale, 0.0, 0.0, scale, left, top), self.pen);
        }
        let greys = mask.data().iter().map(|ink| 255 - ink).collect();
        GrayImage::from_raw(mask.width(), mask.height(), greys).expect("a mask has a byte for each pixel")
    }
}

/// Round ends and round corners, as a browser's canvas draws them.
fn fill(mask: &mut Mask, path: &Path, transform: Transform, pen: f32) {
    let stroke = Stroke { width: pen, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
    let outline = path.clone().transform(transform).and_then(|path| path.stroke(&stroke, 1.0));
    if let Some(outline) = outline {
        mask.fill_path(&outline, FillRule::Winding, true, Transform::identity());
    }
}

fn path(strokes: &Strokes) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for stroke in strokes {
        match stroke.as_slice() {
            [] => {}
            [dot] => builder.push_rect(Rect::from_xywh(dot.x, dot.y, 1e-3, 1e-3)?),
            [first, rest @ ..] => {
                builder.move_to(first.x, first.y);
                for point in rest {
                    builder.line_to(point.x, point.y);
                }
            }
        }
    }
    builder.finish()
}

/// How the hand of another person would have drawn the same strokes.
#[derive(Debug, Clone, Copy)]
pub struct Hand {
    /// The most that it turns, in radians.
    pub turn: f32,
    /// The most that it leans, as a share of the height.
    pub lean: f32,
    /// The most that it stretches one side, as a share of it.
    pub stretch: f32,
    /// How far points go astray, as a share of the size.
    pub tremor: f32,
}

impl Hand {
    /// As different as two people's hands are.
    pub const OTHER: Self = Self { turn: 0.22, lean: 0.25, stretch: 0.25, tremor: 0.02 };

    /// The strokes, drawn by such a hand.
    pub fn redraw<R: Rng>(&self, strokes: &Strokes, random: &mut R) -> Strokes {
        let (sine, cosine) = spread(self.turn, random).sin_cos();
        let lean = spread(self.lean, random);
        let (wide, high) = (1.0 + spread(self.stretch, random), 1.0 + spread(self.stretch, random));
        let tremor = Tremor::new(self.tremor * extent(strokes), random);
        let mut length = 0.0;
        let mut redraw = |point: &Point| {
            length += 1.0;
            let (x, y) = ((point.x + lean * point.y) * wide, point.y * high);
            let (astray_x, astray_y) = tremor.at(length);
            Point { x: cosine * x - sine * y + astray_x, y: sine * x + cosine * y + astray_y }
        };
        strokes.iter().map(|stroke| stroke.iter().map(&mut redraw).collect()).collect()
    }
}

/// A slow wave along the stroke, different for x and y.
struct Tremor {
    amplitude: f32,
    frequencies: [f32; 2],
    phases: [f32; 2],
}

impl Tremor {
    fn new<R: Rng>(amplitude: f32, random: &mut R) -> Self {
        Self {
            amplitude: amplitude * random.random::<f32>(),
            frequencies: [random.random_range(0.1..0.6), random.random_range(0.1..0.6)],
            phases: [random.random_range(0.0..6.3), random.random_range(0.0..6.3)],
        }
    }

    fn at(&self, length: f32) -> (f32, f32) {
        let wave = |axis: usize| self.amplitude * (length * self.frequencies[axis] + self.phases[axis]).sin();
        (wave(0), wave(1))
    }
}

/// The longer side of what the strokes cover.
fn extent(strokes: &Strokes) -> f32 {
    path(strokes).map_or(0.0, |path| path.bounds().width().max(path.bounds().height()))
}

/// A square picture at a random place of a white canvas.
pub(crate) fn anywhere<R: Rng>(picture: &GrayImage, canvas: u32, random: &mut R) -> GrayImage {
    let mut sheet = GrayImage::from_pixel(canvas, canvas, Luma([255]));
    let mut place = || i64::from(random.random_range(0..=canvas - picture.width()));
    imageops::replace(&mut sheet, picture, place(), place());
    sheet
}

/// A number, even from `-most` to `most`.
pub(crate) fn spread<R: Rng>(most: f32, random: &mut R) -> f32 {
    (random.random::<f32>() * 2.0 - 1.0) * most
}

/// A number between the ends of a range, small ones as likely as large ones in proportion.
pub(crate) fn log_uniform<R: Rng>(range: Range<f32>, random: &mut R) -> f32 {
    range.start * (range.end / range.start).powf(random.random::<f32>())
}

#[expect(clippy::cast_precision_loss, reason = "a canvas has far fewer than 2^24 pixels a side")]
const fn as_f32(pixels: u32) -> f32 {
    pixels as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn seven() -> Strokes {
        vec![[(10.0, 10.0), (60.0, 10.0), (25.0, 110.0)].map(|(x, y)| Point { x, y }).to_vec()]
    }

    /// The rows that have ink.
    fn height(picture: &GrayImage) -> usize {
        picture.rows().filter(|row| row.clone().any(|pixel| pixel.0[0] < 128)).count()
    }

    proptest! {
        #[test]
        fn a_sketch_is_as_large_as_it_should_be_and_lies_on_its_canvas(
            size in 30.0_f32..280.0, pen in 3.0_f32..25.0, seed in 0_u64..99,
        ) {
            let sketch = Sketch { canvas: 280, size, pen };
            let picture = sketch.draw(&seven(), &mut ChaCha8Rng::seed_from_u64(seed));
            prop_assert_eq!(picture.dimensions(), (280, 280));
            let off = (as_f32(u32::try_from(height(&picture)).unwrap()) - size).abs();
            prop_assert!(off <= 3.0, "{off} pixels off");
        }

        #[test]
        fn another_hand_keeps_every_stroke_and_point(seed in 0_u64..99) {
            let redrawn = Hand::OTHER.redraw(&seven(), &mut ChaCha8Rng::seed_from_u64(seed));
            prop_assert_eq!(redrawn.iter().map(Vec::len).collect::<Vec<_>>(), vec![3]);
            prop_assert!(redrawn.iter().flatten().all(|point| point.x.is_finite() && point.y.is_finite()));
        }
    }

    #[test]
    fn a_seed_draws_the_same_sketch_again() {
        let sketch = Sketch { canvas: 100, size: 50.0, pen: 5.0 };
        let draw = |seed| sketch.draw(&seven(), &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}

//! Renders strokes on a canvas, with any size, position and pen.

use digit::preprocessing::Point;
use image::{GrayImage, Luma, imageops};
use rand::{Rng, RngExt};
use tiny_skia::{FillRule, LineCap, LineJoin, Mask, Path, PathBuilder, Rect, Stroke, Transform};

/// Lines from pen-down to pen-up, with `y` downwards, in any unit.
pub type Strokes = Vec<Vec<Point>>;

/// The sizes of a canvas, a drawing and a pen, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StrokeRenderer {
    /// The side of the canvas.
    pub canvas: u32,
    /// The drawing's longer side, including the pen's width.
    pub size: f32,
    /// The pen's width.
    pub pen: f32,
}

impl StrokeRenderer {
    /// Renders the strokes, black on white, at a random position of the canvas.
    ///
    /// # Panics
    /// When the canvas has no pixels.
    pub fn render<R: Rng>(&self, strokes: &Strokes, random: &mut R) -> GrayImage {
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
        let greys = mask.data().iter().map(|level| 255 - level).collect();
        GrayImage::from_raw(mask.width(), mask.height(), greys).expect("a mask has a byte for each pixel")
    }
}

/// Fills the outline of the strokes, with round ends and corners like a browser's canvas.
fn fill(mask: &mut Mask, path: &Path, transform: Transform, pen: f32) {
    let stroke = Stroke { width: pen, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
    let outline = path.clone().transform(transform).and_then(|path| path.stroke(&stroke, 1.0));
    if let Some(outline) = outline {
        mask.fill_path(&outline, FillRule::Winding, true, Transform::identity());
    }
}

pub(crate) fn path(strokes: &Strokes) -> Option<Path> {
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

/// Places a square picture at a random position of a white canvas.
pub(crate) fn anywhere<R: Rng>(picture: &GrayImage, canvas: u32, random: &mut R) -> GrayImage {
    let mut page = GrayImage::from_pixel(canvas, canvas, Luma([255]));
    let mut place = || i64::from(random.random_range(0..=canvas - picture.width()));
    imageops::replace(&mut page, picture, place(), place());
    page
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

    /// Returns the number of rows with foreground.
    fn height(picture: &GrayImage) -> usize {
        picture.rows().filter(|row| row.clone().any(|pixel| pixel.0[0] < 128)).count()
    }

    proptest! {
        #[test]
        fn a_drawing_has_the_requested_size_and_fits_its_canvas(
            size in 30.0_f32..280.0, pen in 3.0_f32..25.0, seed in 0_u64..99,
        ) {
            let renderer = StrokeRenderer { canvas: 280, size, pen };
            let picture = renderer.render(&seven(), &mut ChaCha8Rng::seed_from_u64(seed));
            prop_assert_eq!(picture.dimensions(), (280, 280));
            let off = (as_f32(u32::try_from(height(&picture)).unwrap()) - size).abs();
            prop_assert!(off <= 3.0, "{off} pixels off");
        }
    }

    #[test]
    fn a_seed_renders_the_same_drawing() {
        let renderer = StrokeRenderer { canvas: 100, size: 50.0, pen: 5.0 };
        let render = |seed| renderer.render(&seven(), &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(render(1), render(1));
        assert_ne!(render(1), render(2));
    }
}

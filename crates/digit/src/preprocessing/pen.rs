//! Renders strokes with one pen, whose width relative to the drawing is that of MNIST's digits.

use super::{
    drawing::{Drawing, Extent, Point, STILL},
    frame::BOX,
    plane::Plane,
};
use crate::levels::level_of;
use std::ops::Range;

/// The pen's width as a share of the digit's longer side, including the pen.
const PEN: f32 = 0.12;

/// Pixels per side of the square that strokes are rendered to: 5×5 for each of the 20×20 pixels.
const CANVAS: usize = BOX * 5;

/// Renders strokes to a square, or returns `None` if there is no point.
pub(super) fn foreground(drawing: &Drawing) -> Option<Plane> {
    let frame = Frame::around(drawing)?;
    let mut plane = Plane { width: CANVAS, height: CANVAS, levels: vec![0; CANVAS * CANVAS] };
    for stroke in drawing.strokes() {
        let points: Vec<Point> = stroke.iter().map(|&point| frame.place(point)).collect();
        match points.as_slice() {
            [] => {}
            [dot] => draw_line(&mut plane, *dot, *dot),
            line => line.windows(2).for_each(|ends| draw_line(&mut plane, ends[0], ends[1])),
        }
    }
    Some(plane)
}

/// The mapping of a drawing's points to the square.
struct Frame {
    middle: Point,
    scale: f32,
}

impl Frame {
    /// Fits the drawing, with the width of the pen, into the square.
    fn around(drawing: &Drawing) -> Option<Self> {
        let extent = Extent::of(drawing)?;
        let side = extent.side();
        // A dot has no size, so it becomes a dot of the pen.
        let scale = if side > STILL { canvas() * (1.0 - PEN) / side } else { 0.0 };
        Some(Self { middle: extent.middle(), scale })
    }

    fn place(&self, point: Point) -> Point {
        Point {
            x: canvas() / 2.0 + (point.x - self.middle.x) * self.scale,
            y: canvas() / 2.0 + (point.y - self.middle.y) * self.scale,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a small constant")]
const fn canvas() -> f32 {
    CANVAS as f32
}

/// Draws a line with round ends and antialiased edges.
fn draw_line(plane: &mut Plane, from: Point, to: Point) {
    let (line, radius) = (Line::new(from, to), canvas() * PEN / 2.0);
    let columns = span(from.x.min(to.x) - radius, from.x.max(to.x) + radius);
    for y in span(from.y.min(to.y) - radius, from.y.max(to.y) + radius) {
        let row = &mut plane.levels[usize::from(y) * CANVAS..][..CANVAS];
        for (x, level) in columns.clone().zip(&mut row[columns.start.into()..columns.end.into()]) {
            let centre = Point { x: f32::from(x) + 0.5, y: f32::from(y) + 0.5 };
            *level = level_of(radius + 0.5 - line.distance(centre)).max(*level);
        }
    }
}

/// The square's pixels from `start` to `end`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the canvas before the cast")]
fn span(start: f32, end: f32) -> Range<u16> {
    let within = |edge: f32| edge.clamp(0.0, canvas()) as u16;
    within(start.floor())..within(end.ceil() + 1.0)
}

/// A straight line from one point to another.
struct Line {
    from: Point,
    along: Point,
    /// The reciprocal of its squared length; 0 for a dot.
    per_square: f32,
}

impl Line {
    fn new(from: Point, to: Point) -> Self {
        let along = Point { x: to.x - from.x, y: to.y - from.y };
        let square = along.x * along.x + along.y * along.y;
        Self { from, along, per_square: if square.is_normal() { square.recip() } else { 0.0 } }
    }

    /// The distance of a point from the line.
    fn distance(&self, point: Point) -> f32 {
        let (x, y) = (point.x - self.from.x, point.y - self.from.y);
        let nearest = ((x * self.along.x + y * self.along.y) * self.per_square).clamp(0.0, 1.0);
        let (off_x, off_y) = (x - nearest * self.along.x, y - nearest * self.along.y);
        (off_x * off_x + off_y * off_y).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preprocessing::from_drawing;
    use proptest::prelude::*;

    fn drawing(points: &[(f32, f32)]) -> Drawing {
        Drawing::new(vec![points.iter().map(|&(x, y)| Point { x, y }).collect()]).unwrap()
    }

    #[test]
    fn a_drawing_without_a_point_is_blank_and_one_dot_is_not() {
        assert!(foreground(&Drawing::new(vec![vec![], vec![]]).unwrap()).is_none());
        let dot = from_drawing(&drawing(&[(3.0, 4.0)])).unwrap().bitmap;
        assert!(!dot.is_blank(), "{dot:?}");
    }

    #[test]
    fn a_tap_is_too_small_and_a_short_line_is_not() {
        let is_too_small = |drawing| from_drawing(&drawing).unwrap().is_too_small;
        let (tap, tremble, short) = ([(9.0, 9.0)], [(9.0, 9.0), (11.0, 8.0)], [(9.0, 9.0), (10.0, 29.0)]);
        assert!(is_too_small(drawing(&tap)));
        assert!(is_too_small(drawing(&[(9.0, 9.0); 5])));
        assert!(is_too_small(drawing(&tremble).on_canvas(280.0)));
        assert!(!is_too_small(drawing(&tremble)), "without a canvas, the canvas may be small");
        assert!(!is_too_small(drawing(&short).on_canvas(280.0)));
        assert!(!is_too_small(drawing(&short)));
    }

    proptest! {
        #[test]
        fn the_same_shape_gives_the_same_bitmap_at_any_size_and_place(
            scale in 0.05_f32..40.0, x in -500.0_f32..500.0, y in -500.0_f32..500.0,
        ) {
            let seven = [(10.0, 10.0), (60.0, 10.0), (25.0, 110.0)];
            let moved: Vec<_> = seven.iter().map(|(a, b)| (a * scale + x, b * scale + y)).collect();
            let bitmap = |points: &[_]| from_drawing(&drawing(points)).unwrap().bitmap;
            let (here, there) = (bitmap(&seven), bitmap(&moved));
            let farthest = here.levels().iter().zip(there.levels()).map(|(a, b)| a.abs_diff(*b)).max();
            prop_assert!(farthest <= Some(12), "{here:?}{there:?}");
        }

        #[test]
        fn any_drawing_with_a_point_gives_a_bitmap(
            strokes in prop::collection::vec(prop::collection::vec((-1e6_f32..1e6, -1e6_f32..1e6), 1..20), 1..5),
        ) {
            let strokes = strokes.into_iter().map(|s| s.into_iter().map(|(x, y)| Point { x, y }).collect()).collect();
            prop_assert!(from_drawing(&Drawing::new(strokes).unwrap()).is_ok());
        }
    }
}

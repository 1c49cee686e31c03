//! Draws strokes with one pen: a small drawing and a large one, a thin brush and a thick one, get the line that
//! MNIST's digits have.

use super::{frame::BOX, plane::Plane};
use crate::levels::level_of;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, SeqAccess, Visitor},
};
use std::{fmt, ops::Range};

/// The most points that a drawing may have, over all its strokes.
pub const MAX_POINTS: usize = 10_000;

/// The farthest from the origin that a coordinate may lie.
const MAX_COORDINATE: f32 = 1e6;

/// The pen's width as a share of the digit's longer side, foreground included.
const PEN: f32 = 0.12;

/// The most that a pen moves in a mere tap, as a share of the canvas's longer side.
const TREMBLE: f32 = 0.02;

/// The most that points lie apart which are one place.
const STILL: f32 = 1e-3;

/// Pixels per side of the square that strokes are drawn on: each of the 20×20 pixels gets 5×5 of them.
const CANVAS: usize = BOX * 5;

/// A place that the pen touched, in any unit, `y` downwards. In JSON an array that starts with `x` and `y`; more
/// numbers (time, pressure) may follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

/// Strokes as they were drawn: each a line of points from pen-down to pen-up. Free of NaN and of anything so large
/// that arithmetic on it could overflow.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    strokes: Vec<Vec<Point>>,
    /// The longer side of what was drawn on, in the unit of the points.
    canvas: Option<f32>,
}

/// Why some strokes are not a [`Drawing`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDrawing {
    /// There are more than [`MAX_POINTS`].
    #[error("a drawing may have {MAX_POINTS} points at most")]
    TooManyPoints,
    /// A coordinate is not finite or far outside any canvas.
    #[error("a point lies farther than a million units from the origin")]
    TooFar,
}

impl Drawing {
    /// A drawing from its strokes.
    ///
    /// # Errors
    /// When there are too many points or one lies too far away.
    pub fn new(strokes: Vec<Vec<Point>>) -> Result<Self, InvalidDrawing> {
        if strokes.iter().map(Vec::len).sum::<usize>() > MAX_POINTS {
            return Err(InvalidDrawing::TooManyPoints);
        }
        let near = |point: &Point| point.x.abs() <= MAX_COORDINATE && point.y.abs() <= MAX_COORDINATE;
        if !strokes.iter().flatten().all(near) {
            return Err(InvalidDrawing::TooFar);
        }
        Ok(Self { strokes, canvas: None })
    }

    /// The strokes, in the order drawn.
    #[must_use]
    pub fn strokes(&self) -> &[Vec<Point>] {
        &self.strokes
    }

    /// The same drawing on a canvas whose longer side is known, in the unit of the points: what is a dot depends on it.
    #[must_use]
    pub fn on_canvas(self, longer_side: f32) -> Self {
        Self { canvas: Some(longer_side), ..self }
    }

    /// The longer side of what it was drawn on, if that is known.
    #[must_use]
    pub fn canvas(&self) -> Option<f32> {
        self.canvas
    }

    /// Whether the pen hardly moved: less than [`TREMBLE`] of the canvas, or not at all where no canvas is known.
    pub(super) fn is_dot(&self) -> bool {
        let extent = Extent::of(self).map_or(0.0, |extent| extent.side());
        extent <= self.canvas.map_or(STILL, |side| TREMBLE * side)
    }
}

/// The strokes' foreground on a square of its own, or `None` if there is no point.
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

/// The box around the points of a drawing.
struct Extent {
    least: Point,
    most: Point,
}

impl Extent {
    /// `None` if there is no point.
    fn of(drawing: &Drawing) -> Option<Self> {
        let mut points = drawing.strokes().iter().flatten();
        let first = *points.next()?;
        Some(points.fold(Self { least: first, most: first }, |Self { least, most }, point| Self {
            least: Point { x: least.x.min(point.x), y: least.y.min(point.y) },
            most: Point { x: most.x.max(point.x), y: most.y.max(point.y) },
        }))
    }

    const fn side(&self) -> f32 {
        (self.most.x - self.least.x).max(self.most.y - self.least.y)
    }

    const fn middle(&self) -> Point {
        Point { x: f32::midpoint(self.least.x, self.most.x), y: f32::midpoint(self.least.y, self.most.y) }
    }
}

/// How points of a drawing map onto the canvas.
struct Frame {
    middle: Point,
    scale: f32,
}

impl Frame {
    /// Fits the drawing's path, widened by the pen, into the canvas.
    fn around(drawing: &Drawing) -> Option<Self> {
        let extent = Extent::of(drawing)?;
        let side = extent.side();
        // A mere dot has no size of its own; it becomes one dot of the pen.
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

/// Draws a line with round ends; a pixel that its edge crosses gets a share of the foreground.
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

/// The canvas's pixels from `start` to `end`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the canvas before the cast")]
fn span(start: f32, end: f32) -> Range<u16> {
    let within = |edge: f32| edge.clamp(0.0, canvas()) as u16;
    within(start.floor())..within(end.ceil() + 1.0)
}

/// A straight line from one point to another.
struct Line {
    from: Point,
    along: Point,
    /// One by the square of its length; 0 for a dot.
    per_square: f32,
}

impl Line {
    fn new(from: Point, to: Point) -> Self {
        let along = Point { x: to.x - from.x, y: to.y - from.y };
        let square = along.x * along.x + along.y * along.y;
        Self { from, along, per_square: if square.is_normal() { square.recip() } else { 0.0 } }
    }

    /// How far a point is from the nearest of the line's.
    fn distance(&self, point: Point) -> f32 {
        let (x, y) = (point.x - self.from.x, point.y - self.from.y);
        let nearest = ((x * self.along.x + y * self.along.y) * self.per_square).clamp(0.0, 1.0);
        let (off_x, off_y) = (x - nearest * self.along.x, y - nearest * self.along.y);
        (off_x * off_x + off_y * off_y).sqrt()
    }
}

/// Reads strokes and stops at the first that is too much, so that no body takes more memory than a drawing may.
impl<'de> Deserialize<'de> for Drawing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(StrokesVisitor)
    }
}

struct StrokesVisitor;

impl<'de> Visitor<'de> for StrokesVisitor {
    type Value = Drawing;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("strokes: an array of arrays of points")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Drawing, A::Error> {
        let (mut strokes, mut left) = (Vec::new(), MAX_POINTS);
        while let Some(stroke) = elements.next_element_seed(StrokeSeed { left })? {
            // An empty stroke counts as a point: it takes as much memory.
            left = left.saturating_sub(stroke.len().max(1));
            strokes.push(stroke);
        }
        Drawing::new(strokes).map_err(serde::de::Error::custom)
    }
}

/// Reads one stroke of at most `left` points.
struct StrokeSeed {
    left: usize,
}

impl<'de> DeserializeSeed<'de> for StrokeSeed {
    type Value = Vec<Point>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Point>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for StrokeSeed {
    type Value = Vec<Point>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a stroke: an array of points")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<Point>, A::Error> {
        if self.left == 0 {
            return Err(serde::de::Error::custom(InvalidDrawing::TooManyPoints));
        }
        let mut points = Vec::new();
        while let Some(point) = elements.next_element()? {
            if points.len() == self.left {
                return Err(serde::de::Error::custom(InvalidDrawing::TooManyPoints));
            }
            points.push(point);
        }
        Ok(points)
    }
}

impl<'de> Deserialize<'de> for Point {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(PointVisitor)
    }
}

struct PointVisitor;

impl<'de> Visitor<'de> for PointVisitor {
    type Value = Point;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a point: an array that starts with the numbers x and y")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Point, A::Error> {
        let missing = |found| serde::de::Error::invalid_length(found, &PointVisitor);
        let x = numbers.next_element()?.ok_or_else(|| missing(0))?;
        let y = numbers.next_element()?.ok_or_else(|| missing(1))?;
        while numbers.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Point { x, y })
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
        assert!(!is_too_small(drawing(&tremble)), "without a canvas it may be all of a small one");
        assert!(!is_too_small(drawing(&short).on_canvas(280.0)));
        assert!(!is_too_small(drawing(&short)));
    }

    #[test]
    fn too_many_points_and_points_too_far_away_are_refused() {
        let point = Point { x: 0.0, y: 0.0 };
        assert_eq!(Drawing::new(vec![vec![point; 10_001]]), Err(InvalidDrawing::TooManyPoints));
        for x in [f32::NAN, f32::INFINITY, -2e6] {
            assert_eq!(Drawing::new(vec![vec![Point { x, y: 0.0 }]]), Err(InvalidDrawing::TooFar));
        }
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

//! Drawings as strokes, with limits.

mod deserialize;

/// The largest number of points of a drawing, over all its strokes.
pub const MAX_POINTS: usize = 10_000;

/// The largest absolute value of a coordinate.
const MAX_COORDINATE: f32 = 1e6;

/// The largest movement of the pen in a tap, as a share of the canvas's longer side.
const TREMBLE: f32 = 0.02;

/// The largest distance of points that count as equal.
pub(super) const STILL: f32 = 1e-3;

/// A point that the pen touched, in any unit. In JSON an array that starts with `x` and `y`; more numbers (time,
/// pressure) may follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The coordinate to the right.
    pub x: f32,
    /// The coordinate downwards.
    pub y: f32,
}

/// Strokes, each a line of points from pen-down to pen-up. No coordinate is NaN, or so large that arithmetic could
/// overflow.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    strokes: Vec<Vec<Point>>,
    /// The longer side of the canvas, in the unit of the points.
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
    /// When it has too many points, or a coordinate is too large or NaN.
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

    /// The same drawing on a canvas with this longer side, in the unit of the points. The size of a dot depends on it.
    #[must_use]
    pub fn on_canvas(self, longer_side: f32) -> Self {
        Self { canvas: Some(longer_side), ..self }
    }

    /// The longer side of the canvas, in the unit of the points, if it is known.
    #[must_use]
    pub fn canvas(&self) -> Option<f32> {
        self.canvas
    }

    /// Whether the pen hardly moved: less than [`TREMBLE`] of the canvas, or not at all if no canvas is known.
    pub(super) fn is_dot(&self) -> bool {
        let extent = Extent::of(self).map_or(0.0, |extent| extent.side());
        extent <= self.canvas.map_or(STILL, |side| TREMBLE * side)
    }
}

/// The bounding box of the points of a drawing.
pub(super) struct Extent {
    least: Point,
    most: Point,
}

impl Extent {
    /// `None` if there is no point.
    pub(super) fn of(drawing: &Drawing) -> Option<Self> {
        let mut points = drawing.strokes().iter().flatten();
        let first = *points.next()?;
        Some(points.fold(Self { least: first, most: first }, |Self { least, most }, point| Self {
            least: Point { x: least.x.min(point.x), y: least.y.min(point.y) },
            most: Point { x: most.x.max(point.x), y: most.y.max(point.y) },
        }))
    }

    pub(super) const fn side(&self) -> f32 {
        (self.most.x - self.least.x).max(self.most.y - self.least.y)
    }

    pub(super) const fn middle(&self) -> Point {
        Point { x: f32::midpoint(self.least.x, self.most.x), y: f32::midpoint(self.least.y, self.most.y) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_points_and_too_large_coordinates_are_rejected() {
        let point = Point { x: 0.0, y: 0.0 };
        assert_eq!(Drawing::new(vec![vec![point; 10_001]]), Err(InvalidDrawing::TooManyPoints));
        for x in [f32::NAN, f32::INFINITY, -2e6] {
            assert_eq!(Drawing::new(vec![vec![Point { x, y: 0.0 }]]), Err(InvalidDrawing::TooFar));
        }
    }
}

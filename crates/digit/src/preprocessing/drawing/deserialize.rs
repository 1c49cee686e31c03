//! Deserializes a drawing.

use super::{Drawing, InvalidDrawing, MAX_POINTS, Point};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, SeqAccess, Visitor},
};
use std::fmt;

/// Reads strokes, and stops at the first surplus point, so that the memory of a drawing is limited.
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
            // An empty stroke counts as a point, because it takes memory, too.
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

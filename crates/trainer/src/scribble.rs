//! Scribbles: synthetic strokes that are not digits.

use crate::{distributions::spread, stroke_renderer::Strokes};
use digit::preprocessing::Point;
use rand::{Rng, RngExt};
use std::f32::consts::{PI, TAU};

/// A kind of scribble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scribble {
    /// A random walk of the pen.
    Wander,
    /// A line with many corners.
    Zigzag,
    /// A spiral.
    Spiral,
    /// Lines that cross each other.
    Hatching,
    /// A cross, a plus, or a star of lines through one point.
    Star,
    /// A polygon with its corners in order: a triangle, a house, a square with a line through it.
    Polygon,
    /// A face: a ring with parts inside.
    Face,
    /// A wave.
    Wave,
    /// Several short strokes or dots at random positions.
    Dashes,
    /// A character of no script: lines and arcs between points of a grid.
    Glyph,
    /// Rings, lines, arcs and ticks at random positions, like signs and pictures.
    Assembly,
    /// An arrow.
    Arrow,
}

impl Scribble {
    /// The scribbles of training.
    pub const TRAINING: [Self; 10] = [
        Self::Wander,
        Self::Zigzag,
        Self::Spiral,
        Self::Hatching,
        Self::Star,
        Self::Polygon,
        Self::Dashes,
        Self::Wave,
        Self::Glyph,
        Self::Assembly,
    ];

    /// The scribbles that only the evaluation uses.
    pub const UNSEEN: [Self; 2] = [Self::Face, Self::Arrow];

    /// Returns strokes of about unit size around the origin.
    pub fn draw<R: Rng>(self, random: &mut R) -> Strokes {
        match self {
            Self::Wander => vec![smooth(&corners(random.random_range(7..16), random))],
            Self::Zigzag => vec![corners(random.random_range(6..14), random)],
            Self::Spiral => vec![spiral(random)],
            Self::Hatching => hatching(random),
            Self::Star => star(random),
            Self::Polygon => polygon(random),
            Self::Face => face(random),
            Self::Wave => vec![wave(random)],
            Self::Dashes => dashes(random),
            Self::Glyph => glyph(random),
            Self::Assembly => assembly(random),
            Self::Arrow => arrow(random),
        }
    }
}

fn at(x: f32, y: f32) -> Point {
    Point { x, y }
}

/// Returns random points in a box of random proportions.
fn corners<R: Rng>(count: usize, random: &mut R) -> Vec<Point> {
    let wide = random.random_range(0.4..1.0);
    (0..count).map(|_| at(spread(wide, random), spread(1.0, random))).collect()
}

/// Returns a smooth curve through the points (Catmull & Rom, "A Class of Local Interpolating Splines", 1974).
fn smooth(points: &[Point]) -> Vec<Point> {
    const STEPS: u8 = 6;
    let curve = |four: &[Point]| {
        let [before, from, to, after] = [four[0], four[1], four[2], four[3]];
        (0..STEPS).map(move |step| {
            let t = f32::from(step) / f32::from(STEPS);
            let along = |[before, from, to, after]: [f32; 4]| {
                0.5 * (2.0 * from
                    + (to - before) * t
                    + (2.0 * before - 5.0 * from + 4.0 * to - after) * t * t
                    + (3.0 * from - before - 3.0 * to + after) * t * t * t)
            };
            at(along([before.x, from.x, to.x, after.x]), along([before.y, from.y, to.y, after.y]))
        })
    };
    points.windows(4).flat_map(curve).collect()
}

fn spiral<R: Rng>(random: &mut R) -> Vec<Point> {
    let (turns, squeeze) = (random.random_range(2.5..5.0), random.random_range(0.6..1.4));
    let (phase, direction) = (random.random_range(0.0..TAU), if random.random() { 1.0 } else { -1.0 });
    (0..90_u8)
        .map(|step| {
            let along = f32::from(step) / 90.0;
            let (sine, cosine) = (phase + direction * along * turns * TAU).sin_cos();
            at(along * cosine * squeeze, along * sine)
        })
        .collect()
}

/// Returns parallel lines in one direction, and mostly also in the other.
fn hatching<R: Rng>(random: &mut R) -> Strokes {
    let turn = spread(0.4, random);
    let lines = |count: u8, turn: f32, random: &mut R| -> Strokes {
        let (sine, cosine) = turn.sin_cos();
        (0..count)
            .map(|line| {
                let off = (f32::from(line) + 0.5) / f32::from(count) * 2.0 - 1.0 + spread(0.1, random);
                [-1.0, 1.0]
                    .map(|end| {
                        let end = end + spread(0.15, random);
                        at(cosine * end - sine * off, sine * end + cosine * off)
                    })
                    .to_vec()
            })
            .collect()
    };
    let mut strokes = lines(random.random_range(2..6), turn, random);
    if random.random_bool(0.7) {
        strokes.extend(lines(random.random_range(2..6), turn + PI / 2.0, random));
    }
    strokes
}

fn star<R: Rng>(random: &mut R) -> Strokes {
    let count = random.random_range(2..6_u8);
    let turn = random.random_range(0.0..PI);
    (0..count)
        .map(|line| {
            let (sine, cosine) = (turn + PI * f32::from(line) / f32::from(count) + spread(0.15, random)).sin_cos();
            let (there, back) = (random.random_range(0.6..1.0), random.random_range(0.6..1.0));
            vec![at(cosine * there, sine * there), at(-cosine * back, -sine * back)]
        })
        .collect()
}

/// A polygon of four or more corners has a line across it, since a plain box or ring would be a 0.
fn polygon<R: Rng>(random: &mut R) -> Strokes {
    let count = random.random_range(3..7_u8);
    let turn = random.random_range(0.0..TAU);
    let mut ring: Vec<Point> = (0..count)
        .map(|corner| {
            let (sine, cosine) = (turn + TAU * f32::from(corner) / f32::from(count) + spread(0.2, random)).sin_cos();
            at(cosine * random.random_range(0.7..1.0), sine * random.random_range(0.7..1.0))
        })
        .collect();
    ring.extend(ring.first().copied());
    let mut strokes = vec![ring];
    if count > 3 {
        let (sine, cosine) = random.random_range(0.0..PI).sin_cos();
        strokes.push(vec![at(cosine, sine), at(-cosine, -sine)]);
        strokes.push(vec![at(-sine, cosine), at(sine, -cosine)]);
    }
    strokes
}

fn ring(x: f32, y: f32, radius: f32) -> Vec<Point> {
    (0..=24_u8)
        .map(|step| {
            let (sine, cosine) = (TAU * f32::from(step) / 24.0).sin_cos();
            at(x + radius * cosine, y + radius * sine)
        })
        .collect()
}

fn face<R: Rng>(random: &mut R) -> Strokes {
    let eyes = random.random_range(0.08..0.18);
    let mood = spread(0.4, random);
    let mouth = (0..9_u8).map(|step| f32::from(step) / 4.0 - 1.0).map(|x| at(x * 0.45, 0.4 + mood * (0.3 - x * x)));
    vec![ring(0.0, 0.0, 1.0), ring(-0.35, -0.3, eyes), ring(0.35, -0.3, eyes), mouth.collect()]
}

/// The wave has at least three crests, since fewer could be a hasty digit.
fn wave<R: Rng>(random: &mut R) -> Vec<Point> {
    let (crests, height) = (random.random_range(3.0..6.0), random.random_range(0.15..0.7));
    let (sine, cosine) = random.random_range(0.0..PI).sin_cos();
    (0..60_u8)
        .map(|step| {
            let along = f32::from(step) / 30.0 - 1.0;
            let across = height * (along * PI * crests).sin();
            at(cosine * along - sine * across, sine * along + cosine * across)
        })
        .collect()
}

fn dashes<R: Rng>(random: &mut R) -> Strokes {
    (0..random.random_range(3..9))
        .map(|_| {
            let (x, y) = (spread(1.0, random), spread(1.0, random));
            let length = random.random_range(0.0..0.35);
            vec![at(x, y), at(x + spread(length, random) + 0.01, y + spread(length, random))]
        })
        .collect()
}

/// A glyph has at least four strokes, since too many glyphs with fewer strokes are digits.
fn glyph<R: Rng>(random: &mut R) -> Strokes {
    let wide = random.random_range(0.5..1.0);
    let node = |random: &mut R| {
        let mut axis = || f32::from(random.random_range(-1..=1_i8)) + spread(0.1, random);
        at(axis() * wide, axis())
    };
    (0..random.random_range(4..7)).map(|_| bow(node(random), node(random), spread(0.6, random))).collect()
}

/// An assembly has at least three parts, since a ring with one line is a 6 or a 9.
fn assembly<R: Rng>(random: &mut R) -> Strokes {
    let part = |random: &mut R| {
        let [from, to, end] = std::array::from_fn(|_| at(spread(1.0, random), spread(1.0, random)));
        match random.random_range(0..4) {
            0 => ring(from.x * 0.6, from.y * 0.6, random.random_range(0.15..1.0)),
            1 => bow(from, to, 0.0),
            2 => bow(from, to, spread(0.8, random)),
            _ => vec![from, to, end],
        }
    };
    (0..random.random_range(3..7)).map(|_| part(random)).collect()
}

/// Returns an arc between two points, bent by a share of their distance.
fn bow(from: Point, to: Point, bend: f32) -> Vec<Point> {
    let (across, down) = (to.x - from.x, to.y - from.y);
    let bend = if bend.abs() < 0.3 { 0.0 } else { bend };
    (0..=10_u8)
        .map(|step| {
            let along = f32::from(step) / 10.0;
            let off = bend * (PI * along).sin();
            at(from.x + across * along - down * off, from.y + down * along + across * off)
        })
        .collect()
}

fn arrow<R: Rng>(random: &mut R) -> Strokes {
    let (sine, cosine) = random.random_range(0.0..TAU).sin_cos();
    let place = |along: f32, across: f32| at(cosine * along - sine * across, sine * along + cosine * across);
    let barb = random.random_range(0.25..0.5);
    vec![
        vec![place(-1.0, 0.0), place(1.0, 0.0)],
        vec![place(1.0 - barb, -barb), place(1.0, 0.0), place(1.0 - barb, barb)],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn every_scribble_has_strokes_of_about_unit_size() {
        for scribble in Scribble::TRAINING.into_iter().chain(Scribble::UNSEEN) {
            for seed in 0..50 {
                let strokes = scribble.draw(&mut ChaCha8Rng::seed_from_u64(seed));
                let most = strokes.iter().flatten().map(|point| point.x.abs().max(point.y.abs())).fold(0.0, f32::max);
                assert!((0.3..2.5).contains(&most), "{scribble:?} {seed}: {most}");
            }
        }
    }
}

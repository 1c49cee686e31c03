//! Style jitter: random changes of strokes, like those between writers.

use crate::{
    distributions::spread,
    stroke_renderer::{Strokes, path},
};
use digit::preprocessing::Point;
use rand::{Rng, RngExt};

/// The bounds of the random changes.
#[derive(Debug, Clone, Copy)]
pub struct StyleJitter {
    /// The largest rotation, in radians.
    pub rotation: f32,
    /// The largest shear, as a share of the height.
    pub shear: f32,
    /// The largest change of a side's length, as a share.
    pub stretch: f32,
    /// The largest displacement of a point, as a share of the size.
    pub point_jitter: f32,
}

impl StyleJitter {
    /// The differences between two writers.
    pub const OTHER_WRITER: Self = Self { rotation: 0.22, shear: 0.25, stretch: 0.25, point_jitter: 0.02 };

    /// Changes the strokes at random.
    pub fn apply<R: Rng>(&self, strokes: &Strokes, random: &mut R) -> Strokes {
        let (sine, cosine) = spread(self.rotation, random).sin_cos();
        let shear = spread(self.shear, random);
        let (wide, high) = (1.0 + spread(self.stretch, random), 1.0 + spread(self.stretch, random));
        let point_jitter = PointJitter::new(self.point_jitter * extent(strokes), random);
        let mut length = 0.0;
        let mut displace = |point: &Point| {
            length += 1.0;
            let (x, y) = ((point.x + shear * point.y) * wide, point.y * high);
            let (offset_x, offset_y) = point_jitter.at(length);
            Point { x: cosine * x - sine * y + offset_x, y: sine * x + cosine * y + offset_y }
        };
        strokes.iter().map(|stroke| stroke.iter().map(&mut displace).collect()).collect()
    }
}

/// A slow wave along the stroke, different for x and y.
struct PointJitter {
    amplitude: f32,
    frequencies: [f32; 2],
    phases: [f32; 2],
}

impl PointJitter {
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

/// Returns the longer side of the strokes' bounding box.
fn extent(strokes: &Strokes) -> f32 {
    path(strokes).map_or(0.0, |path| path.bounds().width().max(path.bounds().height()))
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

    proptest! {
        #[test]
        fn jitter_keeps_every_stroke_and_point(seed in 0_u64..99) {
            let changed = StyleJitter::OTHER_WRITER.apply(&seven(), &mut ChaCha8Rng::seed_from_u64(seed));
            prop_assert_eq!(changed.iter().map(Vec::len).collect::<Vec<_>>(), vec![3]);
            prop_assert!(changed.iter().flatten().all(|point| point.x.is_finite() && point.y.is_finite()));
        }
    }
}

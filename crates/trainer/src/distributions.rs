//! Random numbers of the distributions that several modules draw from.

use rand::{Rng, RngExt};
use std::ops::Range;

/// A uniformly distributed number from `-most` to `most`.
pub(crate) fn spread<R: Rng>(most: f32, random: &mut R) -> f32 {
    (random.random::<f32>() * 2.0 - 1.0) * most
}

/// A number of a range whose logarithm is uniformly distributed.
pub(crate) fn log_uniform<R: Rng>(range: Range<f32>, random: &mut R) -> f32 {
    range.start * (range.end / range.start).powf(random.random::<f32>())
}

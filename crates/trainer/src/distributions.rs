//! Random distributions that several modules use.

use rand::{Rng, RngExt};
use std::ops::Range;

/// Returns a uniformly distributed number from `-most` to `most`.
pub(crate) fn spread<R: Rng>(most: f32, random: &mut R) -> f32 {
    (random.random::<f32>() * 2.0 - 1.0) * most
}

/// Returns a number of a range, with a uniformly distributed logarithm.
pub(crate) fn log_uniform<R: Rng>(range: Range<f32>, random: &mut R) -> f32 {
    range.start * (range.end / range.start).powf(random.random::<f32>())
}

//! The random numbers of an input, which are the same in every run and task.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A random number generator.
#[derive(Debug, Clone)]
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    /// Returns the generator of an input of a seed.
    pub(crate) fn of(seed: u64, input: u64) -> Self {
        let mut numbers = ChaCha8Rng::seed_from_u64(seed);
        numbers.set_stream(input);
        Self(numbers)
    }

    /// Returns a number from 0 to `bound` - 1. `bound` must be above 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0.random_range(0..bound)
    }

    /// Returns `true` with a probability of `percent` %.
    pub(crate) fn happens(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Returns a random element.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        *self.pick_from(from)
    }

    /// Returns a reference to a random element.
    pub(crate) fn pick_from<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Returns a number from 0 to 1.
    pub(crate) fn unit(&mut self) -> f32 {
        self.0.random()
    }

    /// Returns a byte.
    pub(crate) fn byte(&mut self) -> u8 {
        self.0.random()
    }

    /// Returns `count` bytes.
    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.byte()).collect()
    }
}

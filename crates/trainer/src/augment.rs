//! Augmentation: random variations of a bitmap, like those between writers and scanners.
//!
//! After Simard, Steinkraus & Platt, "Best Practices for Convolutional Neural Networks Applied to Visual Document
//! Analysis", 2003, and DeVries & Taylor, "Improved Regularization of CNNs with Cutout", 2017.

use crate::distributions::spread;
use digit::{Bitmap, SIDE};
use rand::{Rng, RngExt};

/// The bounds of the variations, which are drawn at random for every bitmap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variation {
    /// The largest rotation, in radians. A 1 that is rotated by more than 15° resembles a 7.
    pub turn: f32,
    /// The largest shear, as a share of the height.
    pub lean: f32,
    /// The largest change of each axis's scale, as a share.
    pub stretch: f32,
    /// The largest translation, in pixels.
    pub shift: f32,
    /// The elastic deformation: the standard deviation of a lattice's displacements, in pixels.
    pub bend: f32,
    /// The share of bitmaps that are warped. Warping resamples, and served bitmaps are not resampled.
    pub warped: f64,
    /// The share of bitmaps with thicker or thinner lines.
    pub thickness: f64,
    /// The share of bitmaps with an erased patch.
    pub erasing: f64,
    /// The share of bitmaps that are blurred, noisy or paler.
    pub wear: f64,
}

impl Variation {
    /// For bitmaps that were scanned once, such as MNIST's.
    pub const FULL: Self = Self {
        turn: 0.26,
        lean: 0.2,
        stretch: 0.15,
        shift: 2.0,
        bend: 1.0,
        warped: 0.85,
        thickness: 0.3,
        erasing: 0.1,
        wear: 0.15,
    };

    /// For bitmaps that were rendered at random and preprocessed, which need less variation.
    pub const SLIGHT: Self = Self {
        turn: 0.05,
        lean: 0.05,
        stretch: 0.05,
        shift: 1.0,
        bend: 0.7,
        warped: 0.5,
        thickness: 0.1,
        erasing: 0.1,
        wear: 0.1,
    };

    /// Returns a random variation of the bitmap.
    pub fn vary<R: Rng>(&self, bitmap: &Bitmap, random: &mut R) -> Bitmap {
        let mut image = Image(bitmap.unit().collect::<Vec<_>>().try_into().unwrap_or([0.0; Bitmap::LEN]));
        if random.random_bool(self.warped) {
            image = image.warp(&Warp::random(self, random));
        }
        if random.random_bool(self.thickness) {
            image = image.rethicken(spread(0.7, random));
        }
        if random.random_bool(self.erasing) {
            image.erase(random);
        }
        if random.random_bool(self.wear) {
            image = image.wear(random);
        }
        image.bitmap()
    }
}

/// Grey levels from 0 (background) to 1 (foreground).
struct Image([f32; Bitmap::LEN]);

impl Image {
    /// Returns the grey level of a pixel; pixels beyond the edge are background.
    fn at(&self, x: i32, y: i32) -> f32 {
        match (usize::try_from(x), usize::try_from(y)) {
            (Ok(x), Ok(y)) if x < SIDE && y < SIDE => self.0[y * SIDE + x],
            _ => 0.0,
        }
    }

    /// Interpolates between the pixels without blurring (Keys, "Cubic Convolution Interpolation for Digital Image
    /// Processing", 1981). Bilinear interpolation blurs, and served bitmaps are not blurred.
    #[expect(clippy::cast_possible_truncation, reason = "places lie within a few pixels of the bitmap")]
    fn between(&self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (across, down) = (cubic(x - left), cubic(y - top));
        let (left, top) = (left as i32 - 1, top as i32 - 1);
        let row = |y| (left..).zip(across).map(|(x, weight)| weight * self.at(x, y)).sum::<f32>();
        (top..).zip(down).map(|(y, weight)| weight * row(y)).sum::<f32>().clamp(0.0, 1.0)
    }

    /// Returns an image whose pixels are computed from their coordinates.
    fn from_places(mut grey: impl FnMut(usize, usize) -> f32) -> Self {
        Self(std::array::from_fn(|index| grey(index % SIDE, index / SIDE)))
    }

    /// Rotates, deforms and translates the image in one resampling.
    fn warp(&self, warp: &Warp) -> Self {
        Self::from_places(|x, y| {
            let (from_x, from_y) = warp.source(x, y);
            self.between(from_x, from_y)
        })
    }

    /// Makes lines thicker for a positive amount (towards the maximum of each 3×3 window), and thinner for a negative
    /// one (towards the minimum).
    fn rethicken(&self, amount: f32) -> Self {
        let window = |x: usize, y: usize, choose: fn(f32, f32) -> f32| {
            let (x, y) = (as_i32(x), as_i32(y));
            (-1..=1)
                .flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)))
                .fold(self.at(x, y), |grey, (dx, dy)| choose(grey, self.at(x + dx, y + dy)))
        };
        Self::from_places(|x, y| {
            let grey = self.0[y * SIDE + x];
            let towards = window(x, y, if amount > 0.0 { f32::max } else { f32::min });
            grey + (towards - grey) * amount.abs()
        })
    }

    /// Erases a square of 4 to 6 pixels.
    fn erase<R: Rng>(&mut self, random: &mut R) {
        let side = random.random_range(4..=6);
        let (left, top) = (random.random_range(2..SIDE - 2 - side), random.random_range(2..SIDE - 2 - side));
        for y in top..top + side {
            self.0[y * SIDE + left..][..side].fill(0.0);
        }
    }

    /// Blurs the image, makes it paler or adds noise.
    fn wear<R: Rng>(&self, random: &mut R) -> Self {
        match random.random_range(0..3) {
            0 => self.blur(random.random_range(0.3..1.0)),
            1 => {
                let (scale, curve) = (random.random_range(0.6..1.0), random.random_range(0.6..1.6));
                Self(self.0.map(|grey: f32| scale * grey.powf(curve)))
            }
            _ => {
                let most = random.random_range(0.02..0.15);
                Self(self.0.map(|grey| grey + spread(most, random)))
            }
        }
    }

    /// Mixes each pixel with the mean of its four neighbours.
    fn blur(&self, amount: f32) -> Self {
        Self::from_places(|x, y| {
            let (at_x, at_y) = (as_i32(x), as_i32(y));
            let around =
                self.at(at_x - 1, at_y) + self.at(at_x + 1, at_y) + self.at(at_x, at_y - 1) + self.at(at_x, at_y + 1);
            let grey = self.0[y * SIDE + x];
            grey * (1.0 - 0.5 * amount) + around / 4.0 * 0.5 * amount
        })
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast ends at 0 and 255")]
    fn bitmap(&self) -> Bitmap {
        Bitmap::new(self.0.map(|grey| (grey * 255.0 + 0.5) as u8))
    }
}

/// Returns the weights of four pixels in a row, for a point between the second and the third at distance `t` from the
/// second.
fn cubic(t: f32) -> [f32; 4] {
    let rest = 1.0 - t;
    [-0.5 * t * rest * rest, 1.0 + t * t * (1.5 * t - 2.5), 1.0 + rest * rest * (1.5 * rest - 2.5), -0.5 * rest * t * t]
}

/// A map from each pixel of the result to its source: an affine map and a smooth deformation.
struct Warp {
    rows: [[f32; 3]; 2],
    bend_x: Lattice,
    bend_y: Lattice,
}

impl Warp {
    fn random<R: Rng>(variation: &Variation, random: &mut R) -> Self {
        let (sine, cosine) = spread(variation.turn, random).sin_cos();
        let lean = spread(variation.lean, random);
        // The map goes from the result to the source, so a factor below 1 enlarges.
        let (wide, high) = (1.0 + spread(variation.stretch, random), 1.0 + spread(variation.stretch, random));
        let bend = if random.random_bool(0.5) { variation.bend } else { 0.0 };
        Self {
            rows: [
                [cosine * wide, (lean * cosine - sine) * high, spread(variation.shift, random)],
                [sine * wide, (lean * sine + cosine) * high, spread(variation.shift, random)],
            ],
            bend_x: Lattice::random(bend, random),
            bend_y: Lattice::random(bend, random),
        }
    }

    fn source(&self, x: usize, y: usize) -> (f32, f32) {
        const MIDDLE: f32 = 13.5;
        let (off_x, off_y) = (as_f32(x) - MIDDLE, as_f32(y) - MIDDLE);
        let along = |[a, b, c]: [f32; 3]| a * off_x + b * off_y + c + MIDDLE;
        (along(self.rows[0]) + self.bend_x.at(x, y), along(self.rows[1]) + self.bend_y.at(x, y))
    }
}

/// A smooth random field: cubic B-splines over knots 7 pixels apart. It is as smooth as noise after a Gaussian filter
/// of σ ≈ 4 pixels, and faster.
struct Lattice {
    /// The field of each row of knots, along x.
    rows: [[f32; SIDE]; Lattice::KNOTS],
}

impl Lattice {
    const SPACING: usize = 7;
    const KNOTS: usize = SIDE / Self::SPACING + 3;

    fn random<R: Rng>(deviation: f32, random: &mut R) -> Self {
        if deviation == 0.0 {
            return Self { rows: [[0.0; SIDE]; Self::KNOTS] };
        }
        let rows = std::array::from_fn(|_| {
            // A uniform distribution up to ±√3 has standard deviation 1.
            let knots: [f32; Self::KNOTS] = std::array::from_fn(|_| spread(1.732 * deviation, random));
            std::array::from_fn(|x| spline(x, |knot| knots[knot]))
        });
        Self { rows }
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        spline(y, |knot| self.rows[knot][x])
    }
}

/// Returns the value of the cubic B-spline at a pixel.
fn spline(pixel: usize, knot: impl Fn(usize) -> f32) -> f32 {
    let (first, t) = (pixel / Lattice::SPACING, as_f32(pixel % Lattice::SPACING) / as_f32(Lattice::SPACING));
    let rest = 1.0 - t;
    let weights = [
        rest * rest * rest,
        3.0 * t * t * t - 6.0 * t * t + 4.0,
        3.0 * rest * rest * rest - 6.0 * rest * rest + 4.0,
        t * t * t,
    ];
    weights.iter().enumerate().map(|(i, weight)| weight * knot(first + i)).sum::<f32>() / 6.0
}

#[expect(clippy::cast_precision_loss, reason = "indices of a small bitmap")]
const fn as_f32(index: usize) -> f32 {
    index as f32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "indices of a small bitmap")]
const fn as_i32(index: usize) -> i32 {
    index as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn bar() -> Bitmap {
        Bitmap::new(std::array::from_fn(|i| {
            if (12..16).contains(&(i % SIDE)) && (6..22).contains(&(i / SIDE)) { 255 } else { 0 }
        }))
    }

    fn mass(bitmap: &Bitmap) -> f32 {
        bitmap.unit().sum()
    }

    #[test]
    fn a_variation_of_zero_leaves_a_bitmap_unchanged() {
        let none = Variation {
            turn: 0.0,
            lean: 0.0,
            stretch: 0.0,
            shift: 0.0,
            bend: 0.0,
            warped: 1.0,
            thickness: 0.0,
            erasing: 0.0,
            wear: 0.0,
        };
        assert_eq!(none.vary(&bar(), &mut ChaCha8Rng::seed_from_u64(1)), bar());
    }

    proptest! {
        #[test]
        fn variations_keep_most_of_the_foreground(seed in 0_u64..2000) {
            let varied = Variation::FULL.vary(&bar(), &mut ChaCha8Rng::seed_from_u64(seed));
            let kept = mass(&varied) / mass(&bar());
            prop_assert!((0.15..3.0).contains(&kept), "{kept}\n{varied:?}");
        }

        #[test]
        fn a_seed_gives_the_same_variation(seed in 0_u64..2000) {
            let vary = |seed| Variation::FULL.vary(&bar(), &mut ChaCha8Rng::seed_from_u64(seed));
            prop_assert_eq!(vary(seed), vary(seed));
            let others = (seed..seed + 20).filter(|&other| vary(other) != vary(seed)).count();
            prop_assert!(others > 10, "only {others} of 20 seeds give another variation");
        }

        #[test]
        fn any_bitmap_can_be_varied(levels in prop::collection::vec(any::<u8>(), Bitmap::LEN), seed in 0_u64..99) {
            let bitmap = Bitmap::from_levels(&levels).unwrap();
            let _ = Variation::FULL.vary(&bitmap, &mut ChaCha8Rng::seed_from_u64(seed));
        }
    }
}

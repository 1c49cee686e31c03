//! Corruptions of pictures: paper, light, lens, sensor and compression.
//!
//! Each corruption worsens a digit on a clean canvas in a known way. The accuracy on such digits measures the robustness
//! of the preprocessing and the network. After Hendrycks & Dietterich, "Benchmarking Neural Network Robustness to
//! Common Corruptions and Perturbations", 2019, and Mu & Gilmer, "MNIST-C", 2019, on canvases instead of bitmaps.

mod light;
mod paper;
mod sensor;

use image::GrayImage;
use rand::{Rng, RngExt};
use std::ops::Range;

/// A corruption. Its strength is random, within bounds in which people still recognise the digit at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Corruption {
    /// Sensor noise in low light: normal noise on every pixel.
    Noise,
    /// Out of focus.
    Blur,
    /// Uneven light from one side, and a shadow.
    UnevenLight,
    /// Pencil on grey paper.
    LowContrast,
    /// A rotation by up to 15° in either direction.
    Rotation,
    /// JPEG compression with visible blocks.
    Jpeg,
    /// Ruled or squared paper.
    LinedPaper,
    /// Dark and light specks: salt-and-pepper noise.
    Specks,
    /// A photo of paper: all corruptions together, each milder.
    Photo,
}

impl Corruption {
    /// All corruptions.
    pub const ALL: [Self; 9] = [
        Self::Noise,
        Self::Blur,
        Self::UnevenLight,
        Self::LowContrast,
        Self::Rotation,
        Self::Jpeg,
        Self::LinedPaper,
        Self::Specks,
        Self::Photo,
    ];

    /// Returns the name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Noise => "noise",
            Self::Blur => "blur",
            Self::UnevenLight => "uneven light",
            Self::LowContrast => "low contrast",
            Self::Rotation => "rotation",
            Self::Jpeg => "jpeg",
            Self::LinedPaper => "lined paper",
            Self::Specks => "specks",
            Self::Photo => "photo",
        }
    }

    /// Returns a corrupted picture of the same size. The same state of `random` gives the same picture.
    pub fn apply<R: Rng>(self, clean: &GrayImage, random: &mut R) -> GrayImage {
        match self {
            Self::Noise => sensor::noise(clean, random.random_range(8.0..30.0), random),
            Self::Blur => sensor::blur(clean, random.random_range(1.0..4.0)),
            Self::UnevenLight => light::uneven(clean, 0.3..0.6, random),
            Self::LowContrast => light::low_contrast(clean, 0.2..0.4, random),
            Self::Rotation => paper::rotate(clean, random.random_range(-15.0..15.0)),
            Self::Jpeg => sensor::jpeg(clean, random.random_range(15..=25)),
            Self::LinedPaper => paper::rule(clean, 0.15..0.35, random),
            Self::Specks => sensor::specks(clean, random.random_range(0.001..0.004), random),
            Self::Photo => photo(clean, random),
        }
    }
}

/// Applies the corruptions in their physical order: paper, light, lens, sensor, file.
fn photo<R: Rng>(clean: &GrayImage, random: &mut R) -> GrayImage {
    let sheet = paper::rule(clean, 0.0..0.15, random);
    let sheet = paper::rotate(&sheet, random.random_range(-8.0..8.0));
    let lit = light::uneven(&light::low_contrast(&sheet, 0.4..0.7, random), 0.1..0.4, random);
    let seen = sensor::blur(&lit, random.random_range(0.5..1.5));
    let sensed = sensor::noise(&seen, random.random_range(2.0..6.0), random);
    let dusty = sensor::specks(&sensed, random.random_range(0.0..0.0003), random);
    sensor::jpeg(&dusty, random.random_range(40..=70))
}

/// Returns the pixels of this picture per pixel of a canvas of 280 × 280, so that corruptions scale with the picture.
fn scale(image: &GrayImage) -> f32 {
    as_f32(image.width().min(image.height())) / 280.0
}

#[expect(clippy::cast_precision_loss, reason = "sides of pictures are below 2^24 pixels")]
const fn as_f32(pixels: u32) -> f32 {
    pixels as f32
}

/// Rounds to the nearest grey level.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast ends at 0 and 255")]
const fn level_of(grey: f32) -> u8 {
    (grey + 0.5) as u8
}

/// Returns a picture whose pixels `change` computes from their coordinates and grey levels.
fn map(image: &GrayImage, mut change: impl FnMut(f32, f32, f32) -> f32) -> GrayImage {
    let mut changed = image.clone();
    for (x, y, pixel) in changed.enumerate_pixels_mut() {
        pixel.0 = [level_of(change(as_f32(x), as_f32(y), f32::from(pixel.0[0])))];
    }
    changed
}

/// Returns a random number of a range, or its start if the range is empty.
fn within<R: Rng>(range: Range<f32>, random: &mut R) -> f32 {
    range.start + (range.end - range.start) * random.random::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Returns a 7 on a canvas, dark on light.
    fn seven(width: u32, height: u32) -> GrayImage {
        GrayImage::from_fn(width, height, |x, y| {
            let (across, down) = (as_f32(x) / as_f32(width), as_f32(y) / as_f32(height));
            let bar = (0.3..0.7).contains(&across) && (0.2..0.27).contains(&down);
            let leg = (0.2..0.8).contains(&down) && (across - (0.76 - down * 0.4)).abs() < 0.04;
            Luma([if bar || leg { 30 } else { 245 }])
        })
    }

    fn corrupted(corruption: Corruption, clean: &GrayImage, seed: u64) -> GrayImage {
        corruption.apply(clean, &mut ChaCha8Rng::seed_from_u64(seed))
    }

    #[test]
    fn every_corruption_changes_the_picture_and_keeps_its_size() {
        for (width, height) in [(280, 280), (200, 300), (61, 40)] {
            let clean = seven(width, height);
            for corruption in Corruption::ALL {
                let found = corrupted(corruption, &clean, 1);
                assert_eq!(found.dimensions(), clean.dimensions(), "{}", corruption.name());
                assert_ne!(found, clean, "{}", corruption.name());
            }
        }
    }

    #[test]
    fn a_seed_gives_the_same_picture_and_another_seed_gives_another() {
        let clean = seven(140, 140);
        for corruption in Corruption::ALL {
            let with_seed = |seed| corrupted(corruption, &clean, seed);
            assert_eq!(with_seed(1), with_seed(1), "{}", corruption.name());
            assert_ne!(with_seed(1), with_seed(2), "{}", corruption.name());
        }
    }

    #[test]
    fn a_corrupted_picture_is_still_darker_where_the_digit_is() {
        let clean = seven(280, 280);
        for (corruption, seed) in
            Corruption::ALL.into_iter().flat_map(|corruption| (0..8).map(move |seed| (corruption, seed)))
        {
            // A rotation by 15° moves the ends of the digit, but not its middle.
            let found = corrupted(corruption, &clean, seed);
            let mean = |is_foreground: bool| {
                let greys: Vec<f32> = (100..180)
                    .flat_map(|y| (100..180).map(move |x| (x, y)))
                    .filter(|&(x, y)| (clean.get_pixel(x, y).0[0] < 128) == is_foreground)
                    .map(|(x, y)| f32::from(found.get_pixel(x, y).0[0]))
                    .collect();
                greys.iter().sum::<f32>() / as_f32(u32::try_from(greys.len()).unwrap())
            };
            assert!(mean(true) + 10.0 < mean(false), "{} with seed {seed}", corruption.name());
        }
    }

    #[test]
    fn a_picture_of_one_pixel_keeps_its_size() {
        for corruption in Corruption::ALL {
            assert_eq!(corrupted(corruption, &GrayImage::new(1, 1), 1).dimensions(), (1, 1), "{}", corruption.name());
        }
    }

    #[test]
    fn corruptions_have_distinct_names() {
        let names: std::collections::HashSet<_> = Corruption::ALL.map(Corruption::name).into();
        assert_eq!(names.len(), Corruption::ALL.len());
    }
}

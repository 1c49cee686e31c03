//! The corruptions of lens, sensor and file: blur, noise, specks and JPEG compression.

use super::{as_f32, map, scale};
use image::{GrayImage, ImageFormat, Luma, codecs::jpeg::JpegEncoder, imageops};
use rand::{Rng, RngExt};
use std::f32::consts::TAU;

/// Blurs the picture with a Gaussian of this standard deviation, in pixels of a canvas of 280 × 280.
pub(super) fn blur(clean: &GrayImage, deviation: f32) -> GrayImage {
    imageops::blur(clean, deviation * scale(clean))
}

/// Adds normal noise of this standard deviation, in grey levels, to every pixel.
pub(super) fn noise<R: Rng>(clean: &GrayImage, deviation: f32, random: &mut R) -> GrayImage {
    map(clean, |_, _, grey| grey + deviation * normal(random))
}

/// Adds dark and light specks of one to three pixels of a canvas of 280 × 280. `share` is their number per pixel.
pub(super) fn specks<R: Rng>(clean: &GrayImage, share: f32, random: &mut R) -> GrayImage {
    let mut specked = clean.clone();
    let scale = scale(clean);
    let area = as_f32(clean.width()) * as_f32(clean.height());
    for _ in 0..whole(area * share / (scale * scale)).max(1) {
        let side = whole(random.random_range(1.0..4.0) * scale).max(1);
        let grey = Luma([if random.random() { 255 } else { 0 }]);
        let (left, top) = (random.random_range(0..clean.width()), random.random_range(0..clean.height()));
        for y in top..(top + side).min(clean.height()) {
            for x in left..(left + side).min(clean.width()) {
                specked.put_pixel(x, y, grey);
            }
        }
    }
    specked
}

/// Returns the picture after JPEG compression of this quality, from 1 to 100.
pub(super) fn jpeg(clean: &GrayImage, quality: u8) -> GrayImage {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(clean).expect("memory takes all that is written");
    image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).expect("it was just encoded").into_luma8()
}

/// Returns a random number of the standard normal distribution (Box & Muller, "A Note on the Generation of Random
/// Normal Deviates", 1958).
fn normal<R: Rng>(random: &mut R) -> f32 {
    // The range is (0, 1], since the logarithm of 0 is infinite.
    let (length, angle): (f32, f32) = (1.0 - random.random::<f32>(), random.random());
    (-2.0 * length.ln()).sqrt() * (TAU * angle).cos()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of pixels")]
fn whole(number: f32) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn noise_has_the_requested_standard_deviation() {
        let grey = GrayImage::from_pixel(200, 200, Luma([128]));
        let noisy = noise(&grey, 20.0, &mut ChaCha8Rng::seed_from_u64(1));
        let mean_square =
            noisy.as_raw().iter().map(|&level| (f32::from(level) - 128.0).powi(2)).sum::<f32>() / 40_000.0;
        assert!((mean_square.sqrt() - 20.0).abs() < 0.5, "{}", mean_square.sqrt());
    }
}

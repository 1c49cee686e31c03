//! The preprocessing with MNIST: digits enlarged onto canvases are classified as well as the originals.

use digit::{Bitmap, SIDE, preprocessing};
use image::{DynamicImage, GrayImage, ImageFormat, imageops};
use network::Class;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::io::Cursor;
use trainer::{evaluate::evaluate_set, sample_set::SampleSet, score::Score};

/// The test uses every second held-out digit of the training set.
const STEP: usize = 2;
/// The side of a canvas, in pixels.
const CANVAS: u32 = 280;

#[test]
#[ignore = "needs the data sets (DIGITS_DATA)"]
fn digits_on_canvases_are_classified_as_well_as_the_originals() {
    let split = crate::split();
    let champion = crate::champion();
    let digits: Vec<_> = split.holdout.scans.into_iter().step_by(STEP).collect();
    let errors = |set: &SampleSet| Score::of("", &evaluate_set(&champion, set).unwrap()).errors;
    let originals = errors(&SampleSet::scans("originals", &digits));
    for dark_on_light in [true, false] {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let on_canvases = SampleSet::new(
            "on canvases",
            digits.iter().map(|digit| {
                let png = canvas(&digit.bitmap, dark_on_light, &mut random);
                (Some(preprocessing::from_image(&png).unwrap().bitmap), Class::Digit(digit.label))
            }),
        );
        let found = errors(&on_canvases);
        println!(
            "of {} digits {originals} are misclassified, on canvases {found} (dark on light: {dark_on_light})",
            digits.len()
        );
        assert!(found <= originals + digits.len() / 200, "{originals} became {found}");
    }
}

/// Returns the digit at a random position of a canvas, 2 to 9 times as large, as a PNG.
fn canvas(digit: &Bitmap, dark_on_light: bool, random: &mut ChaCha8Rng) -> Vec<u8> {
    let side = u32::try_from(SIDE).unwrap();
    let small = GrayImage::from_raw(side, side, digit.levels().to_vec()).unwrap();
    let large = random.random_range(side * 2..side * 9);
    let large = imageops::resize(&small, large, large, imageops::FilterType::CatmullRom);
    let mut canvas = GrayImage::new(CANVAS, CANVAS);
    let mut place = || i64::from(random.random_range(0..=CANVAS - large.width()));
    imageops::replace(&mut canvas, &large, place(), place());
    if dark_on_light {
        imageops::invert(&mut canvas);
    }
    let mut png = Cursor::new(Vec::new());
    DynamicImage::from(canvas).write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

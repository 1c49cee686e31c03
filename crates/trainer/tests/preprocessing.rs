//! The preprocessing against MNIST itself: digits enlarged onto canvases are read as the originals are.
//!
//! Runs where `DIGITS_MNIST` names a folder with the four files of MNIST.

use digit::{Bitmap, SIDE, ink};
use image::{DynamicImage, GrayImage, ImageFormat, imageops};
use network::{Classifier, ModelVersion};
use std::{env, io::Cursor, path::Path};
use trainer::mnist::Mnist;

/// Digits of the test set that are tried: every fourth.
const STEP: usize = 4;
/// Pixels per side of a canvas.
const CANVAS: u32 = 280;

#[test]
fn digits_on_canvases_are_read_as_well_as_the_originals() {
    let Some(folder) = env::var_os("DIGITS_MNIST") else {
        eprintln!("left out: DIGITS_MNIST does not name a folder with MNIST");
        return;
    };
    let test = Mnist::load(Some(Path::new(&folder))).unwrap().test;
    let levels: Vec<u8> = test.images.flatten(0, -1).try_into().unwrap();
    let labels: Vec<i64> = test.labels.try_into().unwrap();
    let digits: Vec<_> = (levels.chunks_exact(Bitmap::LEN).zip(labels).step_by(STEP))
        .map(|(levels, label)| (Bitmap::from_levels(levels).unwrap(), label))
        .collect();

    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let classifier = network::load(&models, &ModelVersion::champion(&models).unwrap()).unwrap();
    let originals = accuracy(&classifier, digits.iter().cloned());
    for dark_on_light in [true, false] {
        let mut random = Random(7);
        let canvases = digits.iter().map(|(digit, label)| {
            let png = canvas(digit, dark_on_light, &mut random);
            (ink::from_image(&png).unwrap().bitmap, *label)
        });
        let on_canvases = accuracy(&classifier, canvases);
        println!("originals {originals:.2} %, on canvases {on_canvases:.2} % (dark on light: {dark_on_light})");
        assert!((originals - on_canvases).abs() <= 0.5, "{originals:.2} % became {on_canvases:.2} %");
    }
}

/// The share of digits that are read rightly, in per cent.
fn accuracy(classifier: &Classifier, digits: impl Iterator<Item = (Bitmap, i64)>) -> f64 {
    let (bitmaps, labels): (Vec<_>, Vec<_>) = digits.unzip();
    let mut right = 0_u32;
    for (bitmaps, labels) in bitmaps.chunks(500).zip(labels.chunks(500)) {
        for (row, label) in classifier.classify(bitmaps).unwrap().iter().zip(labels) {
            let (said, _) = digit::Digit::most_probable(&row.probabilities);
            right += u32::from(i64::from(said.value()) == *label);
        }
    }
    100.0 * f64::from(right) / f64::from(u32::try_from(labels.len()).unwrap())
}

/// The digit as someone may have drawn it: 2 to 9 times as large, anywhere, as a PNG.
fn canvas(digit: &Bitmap, dark_on_light: bool, random: &mut Random) -> Vec<u8> {
    let side = u32::try_from(SIDE).unwrap();
    let small = GrayImage::from_raw(side, side, digit.levels().to_vec()).unwrap();
    let large = side * 2 + random.below(side * 7);
    let large = imageops::resize(&small, large, large, imageops::FilterType::CatmullRom);
    let mut canvas = GrayImage::new(CANVAS, CANVAS);
    let place = |random: &mut Random| i64::from(random.below(CANVAS - large.width() + 1));
    imageops::replace(&mut canvas, &large, place(random), place(random));
    if dark_on_light {
        imageops::invert(&mut canvas);
    }
    let mut png = Cursor::new(Vec::new());
    DynamicImage::from(canvas).write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

/// Marsaglia's xorshift: the same canvases on every run.
struct Random(u32);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % limit
    }
}

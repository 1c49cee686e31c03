//! Sets of labelled bitmaps for calibration and evaluation, and the held-out sets.

use crate::{
    data::Example,
    negatives, preprocess,
    score::{Evaluated, Score},
    split::Part,
    stroke_renderer::Strokes,
};
use digit::Bitmap;
use image::imageops;
use network::{Calibration, Class, Logits};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Bitmaps of one kind, and their true classes.
#[derive(Debug, Clone)]
pub struct SampleSet {
    /// The name in reports.
    pub name: String,
    /// The bitmaps.
    pub bitmaps: Vec<Bitmap>,
    /// The true class of each bitmap.
    pub classes: Vec<Class>,
}

impl SampleSet {
    /// Returns a set of samples. A sample without foreground becomes a blank bitmap, which the network classifies, too.
    pub fn new(name: impl Into<String>, samples: impl IntoIterator<Item = (Option<Bitmap>, Class)>) -> Self {
        let blank = || Bitmap::new([0; Bitmap::LEN]);
        let (bitmaps, classes) =
            samples.into_iter().map(|(bitmap, class)| (bitmap.unwrap_or_else(blank), class)).unzip();
        Self { name: name.into(), bitmaps, classes }
    }

    /// Returns a set of unchanged scanned digits.
    pub fn scans(name: impl Into<String>, scans: &[Example]) -> Self {
        Self::new(name, scans.iter().map(|scan| (Some(scan.bitmap.clone()), Class::Digit(scan.label))))
    }

    /// Returns the score of these logits.
    #[must_use]
    pub fn score(&self, logits: &[Logits], calibration: Calibration) -> Score {
        Score::of(&*self.name, &Evaluated::all(logits, &self.classes, calibration))
    }
}

/// The name of the held-out set of scanned digits.
pub const HELD_OUT_SCANS: &str = "MNIST, held out";

/// Returns the held-out sets, to which the calibration is fitted: scanned digits, pen strokes on canvases of all kinds,
/// and characters of a script that training does not see. Sets without data are left out.
#[must_use]
pub fn holdouts(part: &Part) -> Vec<SampleSet> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let sets = [
        SampleSet::scans(HELD_OUT_SCANS, &part.scans),
        SampleSet::new(
            "pen strokes of held-out writers, any pen and size",
            part.pen.iter().map(|digit| (on_canvas(&digit.strokes, &mut random), Class::Digit(digit.label))),
        ),
        SampleSet::new(
            "pen strokes of held-out writers, as strokes",
            part.pen.iter().map(|digit| (preprocess::strokes(digit.strokes.clone()), Class::Digit(digit.label))),
        ),
        SampleSet::new(
            "characters of a held-out script",
            part.characters.iter().map(|strokes| (on_canvas(strokes, &mut random), Class::UnlikeADigit)),
        ),
    ];
    sets.into_iter().filter(|set| !set.bitmaps.is_empty()).collect()
}

/// Returns the bitmap of strokes that are rendered on a canvas with any pen, dark on light or light on dark.
pub(crate) fn on_canvas(strokes: &Strokes, random: &mut ChaCha8Rng) -> Option<Bitmap> {
    let mut picture = negatives::random_renderer(random).render(strokes, random);
    if random.random() {
        imageops::invert(&mut picture);
    }
    preprocess::picture(picture)
}

//! Sets of bitmaps to judge a network by, drawn the same every time.

use crate::{
    data::{Example, PenDigit},
    score::{Judged, Score},
    sketch::{Sketch, Strokes},
    split::Part,
    strangers,
};
use digit::{
    Bitmap,
    ink::{self, Drawing},
};
use image::{DynamicImage, GrayImage, imageops};
use network::{Calibration, Class, Logits};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Bitmaps of one kind, and what they are.
#[derive(Debug, Clone)]
pub struct Set {
    /// Its name, as reports print it.
    pub name: String,
    /// The pictures.
    pub bitmaps: Vec<Bitmap>,
    /// What each is.
    pub classes: Vec<Class>,
}

impl Set {
    /// A set of samples. One whose preprocessing found nothing is an empty bitmap: the network has to answer anyway.
    pub fn new(name: impl Into<String>, samples: impl IntoIterator<Item = (Option<Bitmap>, Class)>) -> Self {
        let blank = || Bitmap::new([0; Bitmap::LEN]);
        let (bitmaps, classes) =
            samples.into_iter().map(|(bitmap, class)| (bitmap.unwrap_or_else(blank), class)).unzip();
        Self { name: name.into(), bitmaps, classes }
    }

    /// Scanned digits as they are.
    pub fn scans(name: impl Into<String>, scans: &[Example]) -> Self {
        Self::new(name, scans.iter().map(|scan| (Some(scan.bitmap.clone()), Class::Digit(scan.label))))
    }

    /// The score of these logits.
    #[must_use]
    pub fn score(&self, logits: &[Logits], calibration: Calibration) -> Score {
        Score::of(&*self.name, &Judged::all(logits, &self.classes, calibration))
    }
}

/// What choices are made by and calibration is fitted to: scanned digits, pen strokes on canvases of all kinds, and
/// characters of a script that training never sees. Sets without data are left out.
#[must_use]
pub fn holdouts(part: &Part) -> Vec<Set> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let sets = [
        Set::scans("MNIST, held out", &part.scans),
        Set::new(
            "pen strokes of held-out writers, any pen and size",
            part.pen.iter().map(|digit| (on_canvas(&digit.strokes, None, &mut random), Class::Digit(digit.label))),
        ),
        Set::new(
            "pen strokes of held-out writers, as strokes",
            part.pen.iter().map(|digit| (as_strokes(digit), Class::Digit(digit.label))),
        ),
        Set::new(
            "characters of a held-out script",
            part.characters.iter().map(|strokes| (on_canvas(strokes, None, &mut random), Class::UnlikeADigit)),
        ),
    ];
    sets.into_iter().filter(|set| !set.bitmaps.is_empty()).collect()
}

/// What the preprocessing makes of strokes that are sent as such.
#[must_use]
pub fn as_strokes(digit: &PenDigit) -> Option<Bitmap> {
    ink::from_drawing(&Drawing::new(digit.strokes.clone()).ok()?).ok().map(|ink| ink.bitmap)
}

/// What the preprocessing makes of a drawing, with any pen or with this one, in either polarity.
pub fn on_canvas(strokes: &Strokes, sketch: Option<Sketch>, random: &mut ChaCha8Rng) -> Option<Bitmap> {
    let sketch = sketch.unwrap_or_else(|| strangers::any_sketch(random));
    let mut picture = sketch.draw(strokes, random);
    if random.random() {
        imageops::invert(&mut picture);
    }
    of_picture(picture)
}

/// What the preprocessing makes of a picture.
#[must_use]
pub fn of_picture(picture: GrayImage) -> Option<Bitmap> {
    ink::from_pixels(&DynamicImage::from(picture).into()).ok().map(|ink| ink.bitmap)
}

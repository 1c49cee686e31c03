//! Golden drawings: ten drawings for which a loaded network must compute the same logits as after training.
//!
//! The hash of the weights shows that the weights are the same. This check shows that the preprocessing, the layers,
//! LibTorch and the processor compute the same with them.

use crate::{Classifier, InvalidCheckpoint, Logits};
use digit::{
    Bitmap,
    preprocessing::{self, Drawing, Point},
};
use std::collections::BTreeMap;
use tch::TchError;

/// The strokes of the drawings, by digit.
const DRAWINGS: &str = include_str!("../../../examples/ten-digits.json");

/// The largest allowed difference of a logit. Another order of summation changes a logit by about a thousandth of this.
const TOLERANCE: f32 = 0.01;

/// Returns a network's logits of the drawings, for its card.
pub(crate) fn logits(classifier: &Classifier) -> Result<Vec<Logits>, TchError> {
    classifier.logits(&golden_bitmaps())
}

/// Compares a network's logits of the drawings with those on its card.
pub(crate) fn check(classifier: &Classifier) -> Result<(), InvalidCheckpoint> {
    let expected = &classifier.card().golden;
    let found = logits(classifier)?;
    if expected.len() != found.len() {
        return Err(InvalidCheckpoint::Golden { off: f32::INFINITY });
    }
    let pairs = expected.iter().flatten().zip(found.iter().flatten());
    let off = pairs.map(|(expected, found)| (expected - found).abs()).fold(0.0, f32::max);
    if off <= TOLERANCE { Ok(()) } else { Err(InvalidCheckpoint::Golden { off }) }
}

/// Returns the drawings as bitmaps, 0 to 9.
///
/// # Panics
/// Never: the drawings are compiled in, and the tests preprocess them.
#[must_use]
pub fn golden_bitmaps() -> Vec<Bitmap> {
    let drawings: BTreeMap<String, Vec<Vec<[f32; 3]>>> = serde_json::from_str(DRAWINGS).expect("the drawings are JSON");
    let line = |points: Vec<[f32; 3]>| points.into_iter().map(|[x, y, _]| Point { x, y }).collect();
    let bitmap = |lines: Vec<Vec<[f32; 3]>>| {
        let drawing = Drawing::new(lines.into_iter().map(line).collect()).expect("the drawings are valid");
        preprocessing::from_drawing(&drawing).expect("the drawings have foreground").bitmap
    };
    drawings.into_values().map(bitmap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_ten_drawings_and_no_two_are_the_same() {
        let bitmaps = golden_bitmaps();
        assert_eq!(bitmaps.len(), 10);
        assert!((1..10).all(|index| !bitmaps[..index].contains(&bitmaps[index])));
    }
}

//! Occlusion: attributes a prediction to the pixels of its bitmap.
//!
//! The method is that of Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (2014), section 4.2:
//! each window of the bitmap is blanked in turn, and the network classifies the rest.

use crate::batch::LARGEST_BATCH;
use digit::{Bitmap, Digit, SIDE};
use network::Classification;
use std::ops::Range;

/// The number of windows per side: the windows form a grid of 5 × 5.
const GRID: usize = 5;

/// The side of a window, in pixels. A smaller window leaves a longer stroke legible and shows little; a larger window
/// covers several strokes at once.
const WINDOW: usize = 8;

/// The number of bitmaps that the network classifies for one explanation: the whole bitmap, and the bitmap without each
/// window. Windows without foreground are included: the network pads a batch of 17 or more bitmaps to 32 anyway.
pub(crate) const VIEWS: usize = 1 + GRID * GRID;

const _: () = assert!(VIEWS <= LARGEST_BATCH, "an explanation is one job");

/// Returns [`VIEWS`] bitmaps: the whole bitmap, then the bitmap without each window.
pub(crate) fn views(bitmap: &Bitmap) -> Vec<Bitmap> {
    let without = windows(bitmap).map(|window| window.blanked(bitmap));
    [bitmap.clone()].into_iter().chain(without).collect()
}

/// Returns the attribution of each pixel, row-major: the fall of the predicted digit's log-odds, in nats, averaged over
/// the windows that cover the pixel. `views` are the classifications of [`views`]. A negative value means that the
/// foreground is evidence against the prediction. The value is 0 where there is no foreground.
pub(crate) fn attribution(bitmap: &Bitmap, views: &[Classification]) -> Vec<f32> {
    let [whole, without @ ..] = views else { return vec![0.0; Bitmap::LEN] };
    let (digit, _) = Digit::most_probable(&whole.probabilities);
    let before = evidence(digit, &whole.probabilities);
    let falls = without.iter().map(|view| before - evidence(digit, &view.probabilities));
    let falls: Vec<(Window, f32)> = windows(bitmap).zip(falls).collect();
    let attribution_at = |(index, &level): (usize, &u8)| {
        let covering = falls.iter().filter(|(window, _)| window.covers(index)).map(|(_, fall)| *fall);
        if level == 0 { 0.0 } else { mean(covering) }
    };
    bitmap.levels().iter().enumerate().map(attribution_at).collect()
}

/// Returns the log-odds of a digit in nats. The denominator is the sum of the other probabilities, which stays precise
/// where the digit's own probability rounds to 1. Both are clamped to the smallest normal number, so that the result is
/// finite.
fn evidence(digit: Digit, probabilities: &[f32; 10]) -> f32 {
    let sum = |is_own: bool| {
        let part = Digit::all().zip(probabilities).filter(|(other, _)| (*other == digit) == is_own);
        part.map(|(_, probability)| probability).sum::<f32>().max(f32::MIN_POSITIVE)
    };
    sum(true).ln() - sum(false).ln()
}

fn mean(numbers: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = numbers.fold((0.0, 0.0), |(sum, count), number| (sum + number, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

/// A rectangle of a bitmap's pixels.
struct Window {
    rows: Range<usize>,
    columns: Range<usize>,
}

impl Window {
    /// Whether the window covers the pixel with this index.
    fn covers(&self, index: usize) -> bool {
        self.rows.contains(&(index / SIDE)) && self.columns.contains(&(index % SIDE))
    }

    /// Returns the bitmap with background in the window.
    fn blanked(&self, bitmap: &Bitmap) -> Bitmap {
        let level = |index: usize| if self.covers(index) { 0 } else { bitmap.levels()[index] };
        Bitmap::new(std::array::from_fn(level))
    }
}

/// Returns windows whose centres are spaced evenly over the foreground's bounding box. Together they cover all
/// foreground of any shape.
fn windows(bitmap: &Bitmap) -> impl Iterator<Item = Window> {
    let inked = || bitmap.levels().iter().enumerate().filter(|(_, level)| **level > 0).map(|(index, _)| index);
    let rows = spread(inked().map(|index| index / SIDE));
    let columns = spread(inked().map(|index| index % SIDE));
    rows.into_iter().flat_map(move |rows| columns.clone().map(|columns| Window { rows: rows.clone(), columns }))
}

/// Returns the ranges of the windows' sides. Their centres are spaced evenly between the smallest and the largest
/// index. A range may extend beyond the bitmap.
fn spread(indices: impl Iterator<Item = usize>) -> [Range<usize>; GRID] {
    let (first, end) = indices.fold((SIDE, 0), |(first, end), place| (first.min(place), end.max(place + 1)));
    let length = end.saturating_sub(first);
    std::array::from_fn(|step| {
        let centre = first + (length * (2 * step + 1) + GRID) / (2 * GRID); // rounded
        centre.saturating_sub(WINDOW / 2)..centre + WINDOW / 2
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a bitmap with full foreground where `is_inked` holds.
    fn bitmap(is_inked: impl Fn(usize, usize) -> bool) -> Bitmap {
        Bitmap::new(std::array::from_fn(|index| u8::from(is_inked(index / SIDE, index % SIDE)) * 255))
    }

    /// Returns the classification of a bitmap as a seven with this probability.
    fn seven(probability: f32) -> Classification {
        let mut probabilities = [(1.0 - probability) / 9.0; 10];
        probabilities[7] = probability;
        Classification { probabilities, not_a_digit_probability: 0.0, rejection: None }
    }

    /// Returns the attribution of a bitmap for a network that classifies its views.
    fn attribution_by(bitmap: &Bitmap, network: impl Fn(&Bitmap) -> Classification) -> Vec<f32> {
        attribution(bitmap, &views(bitmap).iter().map(network).collect::<Vec<_>>())
    }

    /// A square outline, as large as MNIST's digits.
    fn frame() -> Bitmap {
        let is_edge = |place: usize| place == 4 || place == 23;
        bitmap(|row, column| (4..24).contains(&row) && (4..24).contains(&column) && (is_edge(row) || is_edge(column)))
    }

    #[test]
    fn a_network_that_reads_one_pixel_attributes_only_where_a_window_covers_it() {
        let (bitmap, place) = (frame(), 4 * SIDE + 4);
        let attribution = attribution_by(&bitmap, |view| seven(if view.levels()[place] > 0 { 0.9 } else { 0.4 }));
        let fall = (0.9_f32 / 0.1).ln() - (0.4_f32 / 0.6).ln();
        assert!((attribution[place] - fall).abs() < 1e-5, "{} {fall}", attribution[place]);
        let shares_a_window =
            |index: usize| windows(&bitmap).any(|window| window.covers(place) && window.covers(index));
        for (index, &attribution) in attribution.iter().enumerate() {
            let is_warm = bitmap.levels()[index] > 0 && shares_a_window(index);
            assert_eq!(attribution > 0.0, is_warm, "row {}, column {}: {attribution}", index / SIDE, index % SIDE);
            assert!((0.0..=fall + 1e-5).contains(&attribution), "no attribution exceeds that of the pixel it reads");
        }
    }

    #[test]
    fn foreground_against_the_prediction_has_a_negative_attribution() {
        let place = 23 * SIDE + 23;
        let attribution = attribution_by(&frame(), |view| seven(if view.levels()[place] > 0 { 0.6 } else { 0.9 }));
        assert!(attribution[place] < 0.0 && attribution.iter().all(|attribution| *attribution <= 0.0));
    }

    #[test]
    fn probabilities_that_round_to_one_have_distinct_finite_evidence() {
        let (bitmap, place) = (frame(), 4 * SIDE + 4);
        let sure = |others: f32| {
            let mut probabilities = [others; 10];
            probabilities[7] = 1.0;
            Classification { probabilities, not_a_digit_probability: 0.0, rejection: None }
        };
        let attribution = attribution_by(&bitmap, |view| sure(if view.levels()[place] > 0 { 1e-20 } else { 1e-12 }));
        assert!((attribution[place] - 8.0 * 10.0_f32.ln()).abs() < 1e-3, "{}", attribution[place]);
        let attribution = attribution_by(&bitmap, |view| if view.levels()[place] > 0 { sure(0.0) } else { seven(0.0) });
        assert!(
            attribution[place] > 80.0 && attribution.iter().all(|attribution| attribution.is_finite()),
            "{}",
            attribution[place]
        );
    }

    #[test]
    fn windows_cover_every_foreground_pixel() {
        for bitmap in [
            frame(),
            bitmap(|_, _| true),
            bitmap(|row, column| row == 0 && column == 27),
            bitmap(|row, _| row == 27),
            bitmap(|_, column| column == 13),
            bitmap(|row, column| row == column),
        ] {
            assert_eq!(windows(&bitmap).count(), VIEWS - 1);
            let is_covered = |index: usize| windows(&bitmap).any(|window| window.covers(index));
            assert!(bitmap.levels().iter().enumerate().all(|(index, level)| *level == 0 || is_covered(index)));
        }
    }
}

//! What an answer rests on: how much the evidence for it falls when ink is taken away.
//!
//! The method is that of Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (2014), section 4.2:
//! one window after another is blanked, and the network is asked again.

use crate::batch::LARGEST_BATCH;
use digit::{Bitmap, Digit, SIDE};
use network::Classification;
use std::ops::Range;

/// Windows down and across.
const GRID: usize = 5;

/// Pixels per side of a window. Smaller ones leave a stroke that goes on beyond them legible, and show little; larger
/// ones take several strokes at once.
const WINDOW: usize = 8;

/// The bitmaps that the network sees to explain one: as it is, and without what is in each window. Windows without ink
/// are among them: more than half of the largest batch takes as long as all of it.
pub(crate) const VIEWS: usize = 1 + GRID * GRID;

const _: () = assert!(VIEWS <= LARGEST_BATCH, "an explanation is one job");

/// A bitmap as it is, and then without what is in each window.
pub(crate) fn views(bitmap: &Bitmap) -> Vec<Bitmap> {
    let without = windows(bitmap).map(|window| window.blanked(bitmap));
    [bitmap.clone()].into_iter().chain(without).collect()
}

/// By how many nats the log-odds of the predicted digit fall where ink is taken away: for each pixel the mean over the
/// windows that cover it, row-major, from what a network takes its [`views`] for. Below 0, the ink speaks against the
/// prediction. Where there is no ink nothing was taken away, and the attribution is 0.
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

/// The log-odds of a digit, in nats: against the sum of the other probabilities, which still tells how sure it is where
/// the digit's own is 1 to the last bit. Neither is taken for less than the smallest normal number, so that they are
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

/// Some of a bitmap's pixels.
struct Window {
    rows: Range<usize>,
    columns: Range<usize>,
}

impl Window {
    /// Whether it covers the pixel with this index.
    fn covers(&self, index: usize) -> bool {
        self.rows.contains(&(index / SIDE)) && self.columns.contains(&(index % SIDE))
    }

    /// The bitmap with paper in the window.
    fn blanked(&self, bitmap: &Bitmap) -> Bitmap {
        let level = |index: usize| if self.covers(index) { 0 } else { bitmap.levels()[index] };
        Bitmap::new(std::array::from_fn(level))
    }
}

/// The windows, whose centres lie evenly over the ink's box, so that all ink is covered, whatever its shape.
fn windows(bitmap: &Bitmap) -> impl Iterator<Item = Window> {
    let inked = || bitmap.levels().iter().enumerate().filter(|(_, level)| **level > 0).map(|(index, _)| index);
    let rows = spread(inked().map(|index| index / SIDE));
    let columns = spread(inked().map(|index| index % SIDE));
    rows.into_iter().flat_map(move |rows| columns.clone().map(|columns| Window { rows: rows.clone(), columns }))
}

/// Ranges of a window's side whose centres lie evenly between the first and the last of some indices. What reaches
/// beyond the bitmap covers nothing there.
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

    /// A bitmap with full ink where it is said.
    fn bitmap(is_inked: impl Fn(usize, usize) -> bool) -> Bitmap {
        Bitmap::new(std::array::from_fn(|index| u8::from(is_inked(index / SIDE, index % SIDE)) * 255))
    }

    /// What a network says that takes a bitmap for a seven, this probably.
    fn seven(probability: f32) -> Classification {
        let mut probabilities = [(1.0 - probability) / 9.0; 10];
        probabilities[7] = probability;
        Classification { probabilities, not_a_digit_probability: 0.0, rejection: None }
    }

    /// The attribution of a bitmap for a network that sees its views so.
    fn attribution_by(bitmap: &Bitmap, network: impl Fn(&Bitmap) -> Classification) -> Vec<f32> {
        attribution(bitmap, &views(bitmap).iter().map(network).collect::<Vec<_>>())
    }

    /// A frame of ink, as large as MNIST makes a digit.
    fn frame() -> Bitmap {
        let is_edge = |place: usize| place == 4 || place == 23;
        bitmap(|row, column| (4..24).contains(&row) && (4..24).contains(&column) && (is_edge(row) || is_edge(column)))
    }

    #[test]
    fn a_network_that_looks_at_one_place_gives_heat_where_a_window_covers_it_and_nowhere_else() {
        let (bitmap, place) = (frame(), 4 * SIDE + 4);
        let attribution = attribution_by(&bitmap, |view| seven(if view.levels()[place] > 0 { 0.9 } else { 0.4 }));
        let fall = (0.9_f32 / 0.1).ln() - (0.4_f32 / 0.6).ln();
        assert!((attribution[place] - fall).abs() < 1e-5, "{} {fall}", attribution[place]);
        let shares_a_window =
            |index: usize| windows(&bitmap).any(|window| window.covers(place) && window.covers(index));
        for (index, &attribution) in attribution.iter().enumerate() {
            let is_warm = bitmap.levels()[index] > 0 && shares_a_window(index);
            assert_eq!(attribution > 0.0, is_warm, "row {}, column {}: {attribution}", index / SIDE, index % SIDE);
            assert!((0.0..=fall + 1e-5).contains(&attribution), "no place is hotter than the one it looks at");
        }
    }

    #[test]
    fn ink_that_speaks_against_the_answer_is_cold() {
        let place = 23 * SIDE + 23;
        let attribution = attribution_by(&frame(), |view| seven(if view.levels()[place] > 0 { 0.6 } else { 0.9 }));
        assert!(attribution[place] < 0.0 && attribution.iter().all(|attribution| *attribution <= 0.0));
    }

    #[test]
    fn certainty_beyond_what_a_probability_holds_is_still_told_apart_and_never_infinite() {
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
    fn every_inked_pixel_is_in_a_window_whatever_the_ink_s_shape() {
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

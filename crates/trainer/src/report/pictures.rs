//! Pictures of the mistakes with the highest confidence.

use super::figures;
use crate::{evaluation_report::EvaluatedSet, sample_set::SampleSet, score::Evaluated};
use base64::{Engine, prelude::BASE64_STANDARD};
use digit::Bitmap;
use network::Class;
use std::collections::HashMap;

/// A bitmap and its classification.
#[derive(Debug)]
pub(super) struct Picture {
    /// The bitmap as PNG in base64.
    pub(super) png: String,
    /// The true class and the prediction.
    pub(super) label: String,
    /// The confidence of the prediction.
    pub(super) confidence: String,
    /// The name of the sample's set.
    pub(super) set: String,
}

/// The number of pictures.
const MISTAKES: usize = 32;
const NEGATIVES: usize = 24;

/// Pictures of one kind of mistake.
#[derive(Debug)]
pub(super) struct Gallery {
    pub(super) title: &'static str,
    pub(super) caption: &'static str,
    pub(super) pictures: Vec<Picture>,
}

impl Gallery {
    /// Returns the misclassified digits with the highest confidence.
    pub(super) fn mistakes(sets: &[EvaluatedSet]) -> Self {
        let pictures = most_confident(sets, MISTAKES, |one| {
            let is_mistake =
                one.classification.rejection.is_none() && matches!(one.class, Class::Digit(_)) && !one.is_right();
            is_mistake.then(|| one.prediction().1)
        });
        let caption = "True class → prediction, with its confidence; accepted digits only. At most three per set and four \
                       per pair of true class and prediction; each digit once.";
        Self { title: "Mistakes with the highest confidence", caption, pictures }
    }

    /// Returns the negatives that were accepted as digits with the lowest probability of being no digit.
    pub(super) fn negatives(sets: &[EvaluatedSet]) -> Self {
        let pictures = most_confident(sets, NEGATIVES, |one| {
            let is_mistake = one.classification.rejection.is_none() && !matches!(one.class, Class::Digit(_));
            is_mistake.then_some(1.0 - one.classification.not_a_digit_probability)
        });
        let caption = "The prediction, with the probability of being a digit. At most three per set and four per pair of \
                       true class and prediction.";
        Self { title: "Negatives accepted as digits", caption, pictures }
    }
}

/// A sample, and the confidence that it is sorted by.
struct Found<'a> {
    set: &'a SampleSet,
    index: usize,
    evaluated: &'a Evaluated,
    confidence: f32,
}

/// Returns the samples with the highest confidence, without those that are too similar to one with a higher confidence.
fn most_confident(sets: &[EvaluatedSet], count: usize, confidence: impl Fn(&Evaluated) -> Option<f32>) -> Vec<Picture> {
    let mut all: Vec<Found> = sets.iter().flat_map(|set| found(set, &confidence)).collect();
    all.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut shown: HashMap<SimilarityKey, usize> = HashMap::new();
    all.retain(|found| {
        let similarity_keys = found.similarity_keys();
        let is_within_limits = similarity_keys.iter().all(|key| shown.get(key).copied().unwrap_or(0) < key.limit());
        if is_within_limits {
            for key in similarity_keys {
                *shown.entry(key).or_default() += 1;
            }
        }
        is_within_limits
    });
    all.iter().take(count).map(Picture::from).collect()
}

fn found(
    EvaluatedSet { set, evaluated }: &EvaluatedSet,
    confidence: impl Fn(&Evaluated) -> Option<f32>,
) -> Vec<Found<'_>> {
    let found = |(index, evaluated)| Some(Found { set, index, evaluated, confidence: confidence(evaluated)? });
    evaluated.iter().enumerate().filter_map(found).collect()
}

impl<'a> Found<'a> {
    fn bitmap(&self) -> &'a Bitmap {
        &self.set.bitmaps[self.index]
    }

    fn similarity_keys(&self) -> [SimilarityKey<'a>; 4] {
        let class = self.evaluated.class;
        [
            SimilarityKey::Set(&self.set.name),
            SimilarityKey::Pair(class, self.evaluated.prediction().0.value()),
            SimilarityKey::Bitmap(self.bitmap().levels()),
            SimilarityKey::Source(self.set.bitmaps.len(), self.index, class),
        ]
    }
}

/// A property that similar pictures share. A limit for each key makes the page show many kinds of mistakes.
#[derive(PartialEq, Eq, Hash)]
enum SimilarityKey<'a> {
    Set(&'a str),
    /// The true class and the prediction.
    Pair(Class, u8),
    Bitmap(&'a [u8; Bitmap::LEN]),
    /// The source. Sets of the same length and class have the same digits in the same order, rendered differently.
    Source(usize, usize, Class),
}

impl SimilarityKey<'_> {
    /// Returns the largest number of pictures with the same key.
    const fn limit(&self) -> usize {
        match self {
            Self::Set(_) => 3,
            Self::Pair(..) => 4,
            Self::Bitmap(_) | Self::Source(..) => 1,
        }
    }
}

impl From<&Found<'_>> for Picture {
    fn from(found: &Found<'_>) -> Self {
        let predicted = found.evaluated.prediction().0;
        let label = match found.evaluated.class {
            Class::Digit(digit) => format!("{digit} → {predicted}"),
            Class::SeveralDigits => format!("several → {predicted}"),
            Class::UnlikeADigit => format!("none → {predicted}"),
        };
        Self {
            png: BASE64_STANDARD.encode(found.bitmap().to_png()),
            label,
            confidence: figures::confidence(found.confidence),
            set: found.set.name.clone(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use digit::{Digit, Reason};
    use network::Classification;

    /// Returns a digit and its prediction with this confidence.
    pub(in crate::report) fn evaluated(is: i64, predicted: usize, confidence: f32) -> Evaluated {
        let mut probabilities = [(1.0 - confidence) / 9.0; 10];
        probabilities[predicted] = confidence;
        let classification = Classification { probabilities, not_a_digit_probability: 0.0, rejection: None };
        Evaluated { class: Class::Digit(Digit::try_from(is).unwrap()), classification }
    }

    /// Returns a set of classifications, each with a different bitmap.
    pub(in crate::report) fn set(name: &str, evaluated: Vec<Evaluated>) -> EvaluatedSet {
        let bitmap = |(level, one): (u8, &Evaluated)| (Some(Bitmap::new([level; Bitmap::LEN])), one.class);
        EvaluatedSet { set: SampleSet::new(name, (1..).zip(&evaluated).map(bitmap)), evaluated }
    }

    #[test]
    fn mistakes_are_sorted_by_confidence_and_limited_per_set() {
        let hard = set("hard", (1..=9_u8).map(|tenths| evaluated(4, 9, f32::from(tenths) / 10.0)).collect());
        let mut rejected = evaluated(4, 9, 0.99);
        rejected.classification.rejection = Some(Reason::UnlikeADigit);
        let right = evaluated(4, 4, 0.99);
        let mut other = set("other", vec![evaluated(1, 7, 0.85), rejected, right]);
        other.set.bitmaps[0] = Bitmap::new([99; Bitmap::LEN]);
        let shown: Vec<String> =
            Gallery::mistakes(&[hard, other]).pictures.into_iter().map(|picture| picture.confidence).collect();
        assert_eq!(shown, ["90.0\u{a0}%", "85.0\u{a0}%", "80.0\u{a0}%", "70.0\u{a0}%"]);
    }

    #[test]
    fn a_digit_of_two_sets_is_shown_once_with_its_higher_confidence() {
        let drawn = |name, confidence| set(name, vec![evaluated(4, 9, confidence)]);
        let mut thick = drawn("thick", 0.9);
        thick.set.bitmaps[0] = Bitmap::new([77; Bitmap::LEN]);
        let shown = Gallery::mistakes(&[drawn("thin", 0.8), thick]).pictures;
        assert_eq!(shown.iter().map(|picture| &*picture.set).collect::<Vec<_>>(), ["thick"]);
    }

    #[test]
    fn at_most_four_pictures_show_the_same_kind_of_mistake() {
        let mut sets: Vec<EvaluatedSet> =
            (1..=6).map(|size| set(&size.to_string(), vec![evaluated(4, 9, 0.9); size])).collect();
        for (level, bitmap) in (0..).zip(sets.iter_mut().flat_map(|set| &mut set.set.bitmaps)) {
            *bitmap = Bitmap::new([level; Bitmap::LEN]);
        }
        sets.push(set("other", vec![evaluated(1, 7, 0.8)]));
        let shown = Gallery::mistakes(&sets).pictures;
        assert_eq!(shown.iter().filter(|picture| picture.label == "4 → 9").count(), 4);
    }

    #[test]
    fn only_accepted_negatives_are_shown() {
        let negative = |rejection| {
            let mut one = evaluated(0, 7, 0.9);
            (one.class, one.classification.rejection) = (Class::UnlikeADigit, rejection);
            one
        };
        let set = set("scribbles", vec![negative(None), negative(Some(Reason::UnlikeADigit)), evaluated(1, 7, 0.9)]);
        let labels: Vec<String> =
            Gallery::negatives(&[set]).pictures.into_iter().map(|picture| picture.label).collect();
        assert_eq!(labels, ["none → 7"]);
    }
}

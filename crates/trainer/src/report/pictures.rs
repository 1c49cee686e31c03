//! Pictures of what the network got wrong while being sure.

use super::figures;
use crate::{evaluate::JudgedSet, score::Judged, sets::Set};
use base64::{Engine, prelude::BASE64_STANDARD};
use digit::Bitmap;
use network::Class;
use std::collections::HashMap;

/// A bitmap and what the network says of it.
#[derive(Debug)]
pub(super) struct Picture {
    /// A PNG, in base64.
    pub(super) png: String,
    /// What it is and what it was taken for.
    pub(super) words: String,
    /// How surely.
    pub(super) sureness: String,
    /// The set that it is of.
    pub(super) set: String,
}

/// How many pictures are shown.
const MISTAKES: usize = 32;
const STRANGERS: usize = 24;

/// Pictures of one kind.
#[derive(Debug)]
pub(super) struct Gallery {
    pub(super) title: &'static str,
    pub(super) caption: &'static str,
    pub(super) pictures: Vec<Picture>,
}

impl Gallery {
    /// The digits that were most surely named wrongly.
    pub(super) fn mistakes(judged: &[JudgedSet]) -> Self {
        let pictures = surest(judged, MISTAKES, |one| {
            let is_mistake = one.said.rejection.is_none() && matches!(one.class, Class::Digit(_)) && !one.is_right();
            is_mistake.then(|| one.answer().1)
        });
        let caption = "What it is → what it was named, and how surely; not rejected. At most three of a set and four of a kind, each digit once.";
        Self { title: "Surest mistakes", caption, pictures }
    }

    /// The strangers that were most surely taken for digits.
    pub(super) fn strangers(judged: &[JudgedSet]) -> Self {
        let pictures = surest(judged, STRANGERS, |one| {
            let is_mistake = one.said.rejection.is_none() && !matches!(one.class, Class::Digit(_));
            is_mistake.then_some(1.0 - one.said.not_a_digit_probability)
        });
        let caption = "What it was named, and how surely it was held for a digit at all. At most three of a set and four of a kind.";
        Self { title: "Strangers taken for digits", caption, pictures }
    }
}

/// Something that counts, and by how much.
struct Found<'a> {
    set: &'a Set,
    index: usize,
    judged: &'a Judged,
    sureness: f32,
}

/// The surest of all that are not too much like one that is surer.
fn surest(judged: &[JudgedSet], count: usize, sureness: impl Fn(&Judged) -> Option<f32>) -> Vec<Picture> {
    let mut all: Vec<Found> = judged.iter().flat_map(|set| found(set, &sureness)).collect();
    all.sort_by(|a, b| b.sureness.total_cmp(&a.sureness));
    let mut shown: HashMap<Likeness, usize> = HashMap::new();
    all.retain(|found| {
        let likenesses = found.likenesses();
        let is_new = likenesses.iter().all(|likeness| shown.get(likeness).copied().unwrap_or(0) < likeness.most());
        if is_new {
            for likeness in likenesses {
                *shown.entry(likeness).or_default() += 1;
            }
        }
        is_new
    });
    all.iter().take(count).map(Picture::from).collect()
}

fn found(JudgedSet { set, judged }: &JudgedSet, sureness: impl Fn(&Judged) -> Option<f32>) -> Vec<Found<'_>> {
    let found = |(index, judged)| Some(Found { set, index, judged, sureness: sureness(judged)? });
    judged.iter().enumerate().filter_map(found).collect()
}

impl<'a> Found<'a> {
    fn bitmap(&self) -> &'a Bitmap {
        &self.set.bitmaps[self.index]
    }

    fn likenesses(&self) -> [Likeness<'a>; 4] {
        let class = self.judged.class;
        [
            Likeness::Set(&self.set.name),
            Likeness::Pair(class, self.judged.answer().0.value()),
            Likeness::Bitmap(self.bitmap().levels()),
            Likeness::Source(self.set.bitmaps.len(), self.index, class),
        ]
    }
}

/// What two pictures can have in common, so that the page shows many kinds of mistakes.
#[derive(PartialEq, Eq, Hash)]
enum Likeness<'a> {
    Set(&'a str),
    /// What it is and what it was taken for.
    Pair(Class, u8),
    Bitmap(&'a [u8; Bitmap::LEN]),
    /// What it was drawn from: sets of one length and class are the same digits in the same order, drawn otherwise.
    Source(usize, usize, Class),
}

impl Likeness<'_> {
    /// How many pictures may have it in common.
    const fn most(&self) -> usize {
        match self {
            Self::Set(_) => 3,
            Self::Pair(..) => 4,
            Self::Bitmap(_) | Self::Source(..) => 1,
        }
    }
}

impl From<&Found<'_>> for Picture {
    fn from(found: &Found<'_>) -> Self {
        let said = found.judged.answer().0;
        let words = match found.judged.class {
            Class::Digit(digit) => format!("{digit} → {said}"),
            Class::SeveralDigits => format!("several → {said}"),
            Class::UnlikeADigit => format!("none → {said}"),
        };
        Self {
            png: BASE64_STANDARD.encode(found.bitmap().to_png()),
            words,
            sureness: figures::sureness(found.sureness),
            set: found.set.name.clone(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use digit::Digit;
    use digit::Reason;
    use network::Classification;

    /// A digit that is named so, with that confidence.
    pub(in crate::report) fn judged(is: i64, said: usize, confidence: f32) -> Judged {
        let mut probabilities = [(1.0 - confidence) / 9.0; 10];
        probabilities[said] = confidence;
        let said = Classification { probabilities, not_a_digit_probability: 0.0, rejection: None };
        Judged { class: Class::Digit(Digit::try_from(is).unwrap()), said }
    }

    /// A set of answers, each of a bitmap of its own.
    pub(in crate::report) fn set(name: &str, judged: Vec<Judged>) -> JudgedSet {
        let bitmap = |(level, one): (u8, &Judged)| (Some(Bitmap::new([level; Bitmap::LEN])), one.class);
        JudgedSet { set: Set::new(name, (1..).zip(&judged).map(bitmap)), judged }
    }

    #[test]
    fn the_surest_mistakes_come_first_and_no_set_fills_the_page() {
        let hard = set("hard", (1..=9_u8).map(|sure| judged(4, 9, f32::from(sure) / 10.0)).collect());
        let mut rejected = judged(4, 9, 0.99);
        rejected.said.rejection = Some(Reason::UnlikeADigit);
        let right = judged(4, 4, 0.99);
        let mut other = set("other", vec![judged(1, 7, 0.85), rejected, right]);
        other.set.bitmaps[0] = Bitmap::new([99; Bitmap::LEN]);
        let shown: Vec<String> =
            Gallery::mistakes(&[hard, other]).pictures.into_iter().map(|picture| picture.sureness).collect();
        assert_eq!(shown, ["90.0\u{a0}%", "85.0\u{a0}%", "80.0\u{a0}%", "70.0\u{a0}%"]);
    }

    #[test]
    fn a_digit_of_two_sets_is_shown_once_where_it_was_most_surely_mistaken() {
        let drawn = |name, sure| set(name, vec![judged(4, 9, sure)]);
        let mut thick = drawn("thick", 0.9);
        thick.set.bitmaps[0] = Bitmap::new([77; Bitmap::LEN]);
        let shown = Gallery::mistakes(&[drawn("thin", 0.8), thick]).pictures;
        assert_eq!(shown.iter().map(|picture| &*picture.set).collect::<Vec<_>>(), ["thick"]);
    }

    #[test]
    fn one_confusion_does_not_hide_the_others() {
        let mut sets: Vec<JudgedSet> =
            (1..=6).map(|size| set(&size.to_string(), vec![judged(4, 9, 0.9); size])).collect();
        for (level, bitmap) in (0..).zip(sets.iter_mut().flat_map(|set| &mut set.set.bitmaps)) {
            *bitmap = Bitmap::new([level; Bitmap::LEN]);
        }
        sets.push(set("other", vec![judged(1, 7, 0.8)]));
        let shown = Gallery::mistakes(&sets).pictures;
        assert_eq!(shown.iter().filter(|picture| picture.words == "4 → 9").count(), 4);
    }

    #[test]
    fn only_strangers_that_are_not_rejected_were_taken_for_digits() {
        let stranger = |stranger| {
            let mut one = judged(0, 7, 0.9);
            (one.class, one.said.rejection) = (Class::UnlikeADigit, stranger);
            one
        };
        let set = set("scribbles", vec![stranger(None), stranger(Some(Reason::UnlikeADigit)), judged(1, 7, 0.9)]);
        let words: Vec<String> = Gallery::strangers(&[set]).pictures.into_iter().map(|picture| picture.words).collect();
        assert_eq!(words, ["none → 7"]);
    }
}

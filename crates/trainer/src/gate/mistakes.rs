//! Mistakes gained and lost: the samples that only one of the two models classifies correctly.

use super::{Collected, CollectedPair, PairedSet};
use crate::score::Evaluated;
use base64::{Engine, prelude::BASE64_STANDARD};
use wire::{Mistake, MistakenSample};

/// The number of samples of the hold-outs in each list.
const SHOWN: usize = 48;

/// The samples that only one model classifies correctly.
#[derive(Debug)]
pub struct Mistakes {
    /// Those of the challenger.
    pub gained: Vec<Mistake>,
    /// Those of the champion.
    pub lost: Vec<Mistake>,
}

/// Lists all collected drawings, and the samples of the hold-outs whose mistakes have the highest confidence.
#[must_use]
pub fn mistakes(sets: &[PairedSet], collected: Option<&Collected>) -> Mistakes {
    Mistakes { gained: list(sets, collected, 1), lost: list(sets, collected, -1) }
}

/// Returns the mistakes that were gained (1) or lost (−1).
fn list(sets: &[PairedSet], collected: Option<&Collected>, sign: i64) -> Vec<Mistake> {
    let collected = collected.into_iter().flat_map(|collected| &collected.pairs);
    let drawings = collected.filter(|pair| pair.mistake_gained() == sign).map(of_drawing);
    let mut samples: Vec<(f32, &PairedSet, usize)> = sets.iter().flat_map(|set| of_sign(set, sign)).collect();
    samples.sort_by(|a, b| b.0.total_cmp(&a.0));
    drawings.chain(samples.into_iter().take(SHOWN).map(|(_, set, index)| of_sample(set, index))).collect()
}

/// Returns the indices of the mistakes of this sign, each with the mistaken model's confidence.
fn of_sign(set: &PairedSet, sign: i64) -> impl Iterator<Item = (f32, &PairedSet, usize)> {
    let mistaken = if sign > 0 { &set.challenger } else { &set.champion };
    let gained = set.mistakes_gained().zip(mistaken).enumerate();
    gained.filter(move |(_, (gained, _))| *gained == sign).map(move |(index, (_, one))| (confidence(one), set, index))
}

/// Returns the probability of the answer: of the digit, or of being none.
fn confidence(evaluated: &Evaluated) -> f32 {
    let not_a_digit = evaluated.classification.not_a_digit_probability;
    if evaluated.classification.rejection.is_some() {
        not_a_digit
    } else {
        evaluated.prediction().1 * (1.0 - not_a_digit)
    }
}

fn of_sample(set: &PairedSet, index: usize) -> Mistake {
    Mistake {
        set: set.set.name.clone(),
        sample: MistakenSample::Png(BASE64_STANDARD.encode(set.set.bitmaps[index].to_png())),
        true_label: set.champion[index].truth(),
        champion: set.champion[index].answer(),
        challenger: set.challenger[index].answer(),
    }
}

fn of_drawing(pair: &CollectedPair) -> Mistake {
    Mistake {
        set: Collected::NAME.to_owned(),
        sample: MistakenSample::Drawing(pair.id),
        true_label: pair.true_label,
        champion: pair.champion,
        challenger: pair.challenger,
    }
}

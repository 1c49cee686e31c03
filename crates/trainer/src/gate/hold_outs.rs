//! The hold-outs of the gate, and the pairs of classifications of their samples.

use crate::{
    evaluate::test_sets,
    sample_set::{self, SampleSet},
    score::Evaluated,
    split::Part,
};
use network::Class;

/// The kind of a set's samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SetKind {
    /// Scanned digits.
    Scanned,
    /// Pen strokes of digits. All sets of this kind render the same digits in the same order.
    Pen,
    /// Samples that are not digits.
    Negatives,
}

/// A hold-out with the classifications of both models, in the order of the samples.
#[derive(Debug)]
pub struct PairedSet {
    /// The samples.
    pub set: SampleSet,
    /// The champion's classifications.
    pub champion: Vec<Evaluated>,
    /// The challenger's classifications.
    pub challenger: Vec<Evaluated>,
}

/// Returns the hold-outs: the sets of the calibration, and negatives of the other kinds, made from held-out data.
#[must_use]
pub fn hold_outs(part: &Part) -> Vec<SampleSet> {
    let negatives = test_sets::held_out_negatives(part);
    sample_set::holdouts(part).into_iter().chain(negatives.iter().map(test_sets::Plan::draw)).collect()
}

impl SetKind {
    /// Returns the kind of a hold-out.
    #[must_use]
    pub fn of(set: &SampleSet) -> Self {
        match set.classes.first() {
            Some(Class::Digit(_)) if set.name == sample_set::HELD_OUT_SCANS => Self::Scanned,
            Some(Class::Digit(_)) => Self::Pen,
            _ => Self::Negatives,
        }
    }
}

impl PairedSet {
    /// Returns the kind of the samples.
    #[must_use]
    pub fn kind(&self) -> SetKind {
        SetKind::of(&self.set)
    }

    /// Returns both classifications of each sample: the champion's and the challenger's.
    pub fn pairs(&self) -> impl Iterator<Item = (&Evaluated, &Evaluated)> {
        self.champion.iter().zip(&self.challenger)
    }

    /// Returns for each sample 1 if the challenger gains a mistake, −1 if it loses one, and 0 otherwise.
    pub fn mistakes_gained(&self) -> impl Iterator<Item = i64> {
        self.pairs().map(|(champion, challenger)| gained(champion.is_correct(), challenger.is_correct()))
    }
}

/// Returns 1 if only the champion is correct, −1 if only the challenger is, and 0 otherwise.
pub(super) fn gained(champion_is_correct: bool, challenger_is_correct: bool) -> i64 {
    i64::from(champion_is_correct) - i64::from(challenger_is_correct)
}

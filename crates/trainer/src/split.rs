//! The split of the data into a training part, a held-out part for calibration, and a test part.
//!
//! The split is fixed, which makes runs comparable. Every writer and every script belongs to one part only.

use crate::{
    data::{Data, Example, PenDigit, omniglot::Character},
    data_mixture::CollectedSample,
    negatives,
    stroke_renderer::Strokes,
};
use network::DataFile;
use std::mem;

/// The last of MNIST's training digits are held out.
const HELD_OUT_SCANS: usize = 5000;
/// Three of the thirty writers are held out, and six belong to the test part.
const FIRST_HELD_OUT_WRITER: u32 = 22;
const FIRST_TEST_WRITER: u32 = 25;
/// The held-out script, one of those that training never sees. The others belong to the test part.
const HELD_OUT_SCRIPT: &str = "Early_Aramaic";

/// All data, split.
#[derive(Debug)]
pub struct Split {
    /// The data for training.
    pub train: Part,
    /// The data for choosing and calibrating a model.
    pub holdout: Part,
    /// The data for reporting.
    pub test: Part,
    /// The files that the data was read from.
    pub files: Vec<DataFile>,
}

/// Digits and negatives.
#[derive(Debug, Default)]
pub struct Part {
    /// Scanned digits.
    pub scans: Vec<Example>,
    /// Pen strokes.
    pub pen: Vec<PenDigit>,
    /// Characters that are not digits and do not look like one.
    pub characters: Vec<Strokes>,
    /// Characters that many people would read as a digit. Training excludes them.
    pub look_alikes: Vec<Strokes>,
    /// Drawings that people made with the service, in the training and the test part.
    pub collected: Vec<CollectedSample>,
}

impl Split {
    /// Splits the data. `limit` bounds the number of scanned digits in the training and test parts, and the number of
    /// samples of each other kind.
    #[must_use]
    pub fn new(data: Data, limit: Option<usize>) -> Self {
        let mut split =
            Self { train: Part::default(), holdout: Part::default(), test: Part::default(), files: data.files };
        split.train.scans = data.mnist.train;
        let held_out = split.train.scans.len().saturating_sub(HELD_OUT_SCANS);
        split.holdout.scans = split.train.scans.split_off(held_out);
        split.test.scans = data.mnist.test;
        for digit in data.pen {
            split.part_of_writer(digit.writer).pen.push(digit);
        }
        for character in data.characters.all() {
            split.part_of(character).add(character);
        }
        if let Some(limit) = limit {
            split.train.limit(limit);
            split.test.limit(limit);
        }
        split
    }

    /// Takes the training part; the rest stays for the evaluation.
    #[must_use]
    pub fn take_train(&mut self) -> Part {
        let look_alikes = mem::take(&mut self.train.look_alikes);
        mem::replace(&mut self.train, Part { look_alikes, ..Part::default() })
    }

    fn part_of_writer(&mut self, writer: u32) -> &mut Part {
        match writer {
            FIRST_TEST_WRITER.. => &mut self.test,
            FIRST_HELD_OUT_WRITER.. => &mut self.holdout,
            _ => &mut self.train,
        }
    }

    fn part_of(&mut self, character: &Character) -> &mut Part {
        match (character.is_unseen(), character.script == HELD_OUT_SCRIPT) {
            (true, true) => &mut self.holdout,
            (true, false) => &mut self.test,
            (false, _) => &mut self.train,
        }
    }
}

impl Part {
    fn add(&mut self, character: &Character) {
        let strokes = negatives::strokes_of(character);
        if character.looks_like_a_digit() { self.look_alikes.push(strokes) } else { self.characters.push(strokes) }
    }

    fn limit(&mut self, limit: usize) {
        self.scans.truncate(limit);
        self.pen.truncate(limit);
        self.characters.truncate(limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Characters, Mnist};
    use digit::{Bitmap, Digit};

    #[test]
    fn no_writer_belongs_to_two_parts() {
        let zero = Digit::try_from(0).unwrap();
        let scan = Example { bitmap: Bitmap::new([1; Bitmap::LEN]), label: zero };
        let pen = |writer| PenDigit { writer, label: zero, strokes: Vec::new() };
        let data = Data {
            mnist: Mnist { train: vec![scan.clone(); 6000], test: vec![scan; 10] },
            pen: (1..=30).map(pen).collect(),
            characters: Characters::default(),
            files: Vec::new(),
        };
        let split = Split::new(data, Some(100));
        assert_eq!([&split.train, &split.holdout, &split.test].map(|part| part.scans.len()), [100, 5000, 10]);
        assert_eq!([&split.train, &split.holdout, &split.test].map(|part| part.pen.len()), [21, 3, 6]);
    }
}

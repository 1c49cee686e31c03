//! The data mixture: the kinds of samples in an epoch. The same seed gives the same samples.

use crate::{
    augment::Variation,
    corrupt::Corruption,
    data::{Example, PenDigit},
    negatives, preprocess,
    scribble::Scribble,
    stroke_renderer::{Strokes, anywhere},
    style_jitter::StyleJitter,
};
use digit::Bitmap;
use image::{GrayImage, imageops};
use network::Class;
use rand::{Rng, RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

/// The training data and the seed of all samples.
#[derive(Debug)]
pub struct DataMixture {
    seed: u64,
    scans: Vec<Example>,
    pen: Vec<PenDigit>,
    characters: Vec<Strokes>,
    collected: Vec<CollectedSample>,
}

/// A drawing that people made with the service, and what it teaches.
#[derive(Debug, Clone, PartialEq)]
pub struct CollectedSample {
    /// The drawing.
    pub content: CollectedContent,
    /// The class that it teaches.
    pub target: Target,
}

/// A collected drawing.
#[derive(Debug, Clone, PartialEq)]
pub enum CollectedContent {
    /// Strokes, which training redraws as it redraws those of the pen.
    Strokes(Strokes),
    /// A preprocessed picture.
    Bitmap(Box<Bitmap>),
}

/// The class or the classes that a sample teaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// One class.
    Class(Class),
    /// Not a digit, for an unknown reason: the probabilities of both such classes together.
    NotADigit,
}

impl Target {
    /// The index of the class; for an unknown reason, the number of classes.
    #[must_use]
    pub fn index(self) -> u8 {
        match self {
            Self::Class(class) => class.index(),
            Self::NotADigit => Self::NOT_A_DIGIT,
        }
    }

    /// The index of [`Self::NotADigit`].
    #[expect(clippy::cast_possible_truncation, reason = "there are twelve classes")]
    pub const NOT_A_DIGIT: u8 = Class::COUNT as u8;
}

/// The specification of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SampleSpec {
    /// A scanned digit, augmented.
    Scan(usize),
    /// A scanned digit, enlarged onto a canvas.
    ScanOnCanvas(usize),
    /// Pen strokes on a canvas.
    PenOnCanvas(usize),
    /// Pen strokes, preprocessed as strokes.
    PenStrokes(usize),
    /// A character that is not a digit.
    Character(usize),
    /// A scribble, or a picture without a drawing.
    Scribble,
    /// Several digits.
    Several,
    /// A digit, rotated by a right angle or mirrored.
    Turned(usize),
    /// A collected drawing.
    Collected(usize),
}

/// The number of samples of each kind per scanned digit. About one sample in five is not a digit.
const SCANS_ON_CANVAS: f64 = 0.1;
const PEN_ON_CANVAS: f64 = 0.28;
const PEN_STROKES: f64 = 0.1;
const CHARACTERS: f64 = 0.13;
const SCRIBBLES: f64 = 0.12;
const SEVERAL: f64 = 0.05;
const TURNED: f64 = 0.05;

/// The largest number of collected drawings per other sample: a fifth of all samples.
const COLLECTED: f64 = 0.25;
/// How often an epoch has one collected drawing at most, so that few drawings are not learnt by heart.
const COLLECTED_TIMES: usize = 10;
/// The share of collected strokes that are drawn on a canvas, as of those of the pen.
const COLLECTED_ON_CANVAS: f64 = PEN_ON_CANVAS / (PEN_ON_CANVAS + PEN_STROKES);

/// The share of characters that are joined with another character.
const LIGATURES: f64 = 0.25;

/// The share of drawings on canvases that get a corruption.
const CORRUPTED: f64 = 0.2;

impl DataMixture {
    /// Returns a mixture of these digits and characters.
    #[must_use]
    pub fn new(seed: u64, scans: Vec<Example>, pen: Vec<PenDigit>, characters: Vec<Strokes>) -> Self {
        Self { seed, scans, pen, characters, collected: Vec::new() }
    }

    /// The same with collected drawings.
    #[must_use]
    pub fn with_collected(self, collected: Vec<CollectedSample>) -> Self {
        Self { collected, ..self }
    }

    /// Returns the samples of an epoch, in random order, with every scanned digit once.
    #[must_use]
    pub fn epoch(&self, epoch: u32) -> Epoch<'_> {
        let mut random = self.random(epoch, u32::MAX);
        let mut specs: Vec<SampleSpec> = (0..self.scans.len()).map(SampleSpec::Scan).collect();
        let scans = specs.len();
        let mut add = |share: f64, from: usize, spec: fn(usize) -> SampleSpec| {
            let count = if from == 0 { 0 } else { portion(scans, share) };
            specs.extend((0..count).map(|_| spec(random.random_range(0..from))));
        };
        add(SCANS_ON_CANVAS, self.scans.len(), SampleSpec::ScanOnCanvas);
        add(PEN_ON_CANVAS, self.pen.len(), SampleSpec::PenOnCanvas);
        add(PEN_STROKES, self.pen.len(), SampleSpec::PenStrokes);
        add(CHARACTERS, self.characters.len(), SampleSpec::Character);
        add(SCRIBBLES, 1, |_| SampleSpec::Scribble);
        add(SEVERAL, 1, |_| SampleSpec::Several);
        add(TURNED, self.scans.len(), SampleSpec::Turned);
        let most = self.collected.len() * COLLECTED_TIMES;
        let collected = portion(specs.len(), COLLECTED).min(most);
        // Each drawing once, then each once more, until there are enough.
        specs.extend((0..self.collected.len()).cycle().take(collected).map(SampleSpec::Collected));
        specs.shuffle(&mut random);
        Epoch { mixture: self, number: epoch, specs }
    }

    /// Returns the random numbers of one sample of one epoch.
    fn random(&self, epoch: u32, sample: u32) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(u64::from(epoch) << 32 | u64::from(sample));
        random
    }

    fn draw<R: Rng>(&self, spec: SampleSpec, random: &mut R) -> (Bitmap, Target) {
        // The preprocessing may find no foreground in a faint drawing. The sample is then drawn again.
        loop {
            let (bitmap, class) = match spec {
                SampleSpec::Collected(index) => {
                    let CollectedSample { content, target } = &self.collected[index];
                    return (collected(content, random), *target);
                }
                SampleSpec::Scan(index) => {
                    (Some(self.scans[index].bitmap.clone()), Class::Digit(self.scans[index].label))
                }
                SampleSpec::ScanOnCanvas(index) => {
                    let scan = &self.scans[index];
                    (photographed(enlarged(&scan.bitmap, random), random), Class::Digit(scan.label))
                }
                SampleSpec::PenOnCanvas(index) => {
                    let pen = &self.pen[index];
                    (on_canvas(&StyleJitter::OTHER_WRITER.apply(&pen.strokes, random), random), Class::Digit(pen.label))
                }
                SampleSpec::PenStrokes(index) => {
                    let pen = &self.pen[index];
                    (
                        preprocess::strokes(StyleJitter::OTHER_WRITER.apply(&pen.strokes, random)),
                        Class::Digit(pen.label),
                    )
                }
                SampleSpec::Character(index) => (drawn(&self.character(index, random), random), Class::UnlikeADigit),
                SampleSpec::Scribble => (scribble(random), Class::UnlikeADigit),
                SampleSpec::Several => (self.several(random), Class::SeveralDigits),
                SampleSpec::Turned(index) => match negatives::turned(&self.scans[index], random) {
                    Some(bitmap) => (Some(bitmap), Class::UnlikeADigit),
                    None => (self.several(random), Class::SeveralDigits),
                },
            };
            if let Some(bitmap) = bitmap {
                return (spec.variation().vary(&bitmap, random), Target::Class(class));
            }
        }
    }

    /// Returns a character, or two characters joined.
    fn character<R: Rng>(&self, index: usize, random: &mut R) -> Strokes {
        let first = &self.characters[index];
        if random.random_bool(LIGATURES) {
            let second = &self.characters[random.random_range(0..self.characters.len())];
            return negatives::ligature(first, second, random);
        }
        first.clone()
    }

    fn several<R: Rng>(&self, random: &mut R) -> Option<Bitmap> {
        if self.pen.is_empty() || random.random_bool(0.5) {
            return photographed(negatives::several_as_picture(&self.scans, random), random);
        }
        let digits: Vec<&PenDigit> = (0..3).map(|_| &self.pen[random.random_range(0..self.pen.len())]).collect();
        drawn(&negatives::several_as_strokes(&digits, random), random)
    }
}

impl SampleSpec {
    /// Returns the bounds of the augmentation. A sample that was rendered at random needs less.
    const fn variation(self) -> Variation {
        match self {
            Self::Scan(_) | Self::Turned(_) => Variation::FULL,
            _ => Variation::SLIGHT,
        }
    }
}

/// The samples of an epoch.
#[derive(Debug)]
pub struct Epoch<'a> {
    mixture: &'a DataMixture,
    number: u32,
    specs: Vec<SampleSpec>,
}

impl Epoch<'_> {
    /// Returns the number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.specs.len()
    }

    /// Returns whether there are no samples.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.specs.is_empty()
    }

    /// Returns an epoch of the first `count` samples.
    #[must_use]
    pub fn first(mut self, count: usize) -> Self {
        self.specs.truncate(count);
        self
    }

    /// Draws a sample. The same seed, epoch and index give the same sample.
    ///
    /// # Panics
    /// When the index is out of range.
    #[must_use]
    pub fn sample(&self, index: usize) -> (Bitmap, Target) {
        let stream = u32::try_from(index).expect("an epoch has fewer than 2^32 samples");
        self.mixture.draw(self.specs[index], &mut self.mixture.random(self.number, stream))
    }
}

/// Returns the bitmap of a collected drawing. The service found a foreground in it.
fn collected<R: Rng>(content: &CollectedContent, random: &mut R) -> Bitmap {
    let bitmap = match content {
        CollectedContent::Bitmap(bitmap) => (**bitmap).clone(),
        CollectedContent::Strokes(strokes) => loop {
            let strokes = StyleJitter::OTHER_WRITER.apply(strokes, random);
            let on_a_canvas = random.random_bool(COLLECTED_ON_CANVAS);
            let found = if on_a_canvas { on_canvas(&strokes, random) } else { preprocess::strokes(strokes) };
            if let Some(bitmap) = found {
                break bitmap;
            }
        },
    };
    Variation::SLIGHT.vary(&bitmap, random)
}

/// Returns the bitmap of a negative's strokes, rendered on a canvas or preprocessed as strokes.
fn drawn<R: Rng>(strokes: &Strokes, random: &mut R) -> Option<Bitmap> {
    let strokes = StyleJitter { point_jitter: 0.0, ..StyleJitter::OTHER_WRITER }.apply(strokes, random);
    if random.random_bool(0.7) { on_canvas(&strokes, random) } else { preprocess::strokes(strokes) }
}

fn scribble<R: Rng>(random: &mut R) -> Option<Bitmap> {
    if random.random_bool(0.1) {
        return photographed(negatives::clouds(random), random);
    }
    let scribble = Scribble::TRAINING[random.random_range(0..Scribble::TRAINING.len())];
    drawn(&scribble.draw(random), random)
}

fn on_canvas<R: Rng>(strokes: &Strokes, random: &mut R) -> Option<Bitmap> {
    photographed(negatives::random_renderer(random).render(strokes, random), random)
}

/// Returns a bitmap as a large picture, black on white.
fn enlarged<R: Rng>(bitmap: &Bitmap, random: &mut R) -> GrayImage {
    let side = random.random_range(40..240);
    let large = imageops::resize(&negatives::picture(bitmap), side, side, imageops::Triangle);
    let margin = random.random_range(0..60);
    anywhere(&large, side + margin, random)
}

/// Returns the bitmap of a dark-on-light picture, sometimes corrupted or inverted.
fn photographed<R: Rng>(clean: GrayImage, random: &mut R) -> Option<Bitmap> {
    let mut picture = clean;
    if random.random_bool(CORRUPTED) {
        picture = Corruption::ALL[random.random_range(0..Corruption::ALL.len())].apply(&picture, random);
    }
    if random.random_bool(0.5) {
        imageops::invert(&mut picture);
    }
    preprocess::picture(picture)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a count"
)]
fn portion(count: usize, share: f64) -> usize {
    (count as f64 * share).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use digit::{Digit, SIDE, preprocessing::Point};

    fn mixture(seed: u64) -> DataMixture {
        let bar = |i: usize| if (12..16).contains(&(i % SIDE)) && (4..24).contains(&(i / SIDE)) { 255 } else { 0 };
        let scan = |label| Example { bitmap: Bitmap::new(std::array::from_fn(bar)), label };
        let line = vec![[(0.0, 0.0), (4.0, 30.0), (2.0, 60.0)].map(|(x, y)| Point { x, y }).to_vec()];
        let pen = |label| PenDigit { writer: 1, label, strokes: line.clone() };
        let scans = (0..4).flat_map(|_| Digit::all()).map(scan).collect();
        DataMixture::new(seed, scans, Digit::all().map(pen).collect(), vec![line.clone()])
    }

    #[test]
    fn an_epoch_has_every_scan_once_and_samples_of_all_classes() {
        let mixture = mixture(1);
        let epoch = mixture.epoch(0);
        let mut scans: Vec<usize> = epoch
            .specs
            .iter()
            .filter_map(|spec| if let SampleSpec::Scan(i) = spec { Some(*i) } else { None })
            .collect();
        scans.sort_unstable();
        assert_eq!(scans, (0..40).collect::<Vec<_>>());

        let classes: std::collections::HashSet<u8> =
            (0..epoch.len()).map(|index| epoch.sample(index).1.index()).collect();
        assert_eq!(classes.len(), Class::COUNT);
    }

    #[test]
    fn a_seed_gives_the_same_samples_and_epochs_differ() {
        let (mixture, again) = (mixture(1), mixture(1));
        let (first, second) = (mixture.epoch(0), mixture.epoch(1));
        assert_eq!(first.specs, again.epoch(0).specs);
        assert_ne!(first.specs, second.specs);
        for index in 0..first.len() {
            assert_eq!(first.sample(index), again.epoch(0).sample(index));
        }
    }

    #[test]
    fn an_augmented_digit_keeps_its_label() {
        let mixture = mixture(2);
        let epoch = mixture.epoch(0);
        for (index, spec) in epoch.specs.iter().enumerate() {
            if let SampleSpec::Scan(scan) | SampleSpec::ScanOnCanvas(scan) = *spec {
                assert_eq!(epoch.sample(index).1, Target::Class(Class::Digit(mixture.scans[scan].label)));
            }
        }
    }

    #[test]
    fn collected_drawings_are_at_most_a_fifth_of_the_samples_and_none_is_repeated_often() {
        let line = vec![[(0.0, 0.0), (4.0, 30.0)].map(|(x, y)| Point { x, y }).to_vec()];
        let drawing = |target| CollectedSample { content: CollectedContent::Strokes(line.clone()), target };
        let of_epoch = |collected: Vec<CollectedSample>| {
            let mixture = mixture(3).with_collected(collected);
            let epoch = mixture.epoch(1);
            let found = epoch.specs.iter().enumerate().filter(|(_, spec)| matches!(spec, SampleSpec::Collected(_)));
            let targets: Vec<Target> = found.map(|(index, _)| epoch.sample(index).1).collect();
            (targets, epoch.len())
        };
        let (targets, _) = of_epoch(vec![drawing(Target::NotADigit)]);
        assert_eq!(targets, [Target::NotADigit; COLLECTED_TIMES]);
        let (targets, all) = of_epoch(vec![drawing(Target::Class(Class::SeveralDigits)); 1_000]);
        assert_eq!(targets.len(), all / 5);
    }
}

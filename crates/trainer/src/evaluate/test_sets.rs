//! The test sets. Fixed seeds make them the same in every run.

use crate::{
    corrupt::Corruption,
    data::{Example, PenDigit, mnist::DISPUTED},
    data_mixture::{CollectedContent, CollectedSample, Target},
    negatives, preprocess,
    sample_set::SampleSet,
    scribble::Scribble,
    split::{Part, Split},
    stroke_renderer::{StrokeRenderer, Strokes, anywhere},
    style_jitter::StyleJitter,
};
use digit::Bitmap;
use image::{GrayImage, imageops};
use network::Class;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::{ops::Range, thread};

/// The side of the canvas, in pixels.
pub const CANVAS: u32 = 280;

/// The number of samples of each synthetic kind of negative.
const NEGATIVES: usize = 1000;
/// Each corruption is tested on every fourth scanned digit.
const STEP: usize = 4;

/// A test set that can be rendered.
pub struct Plan<'a> {
    /// Its name.
    pub name: String,
    count: usize,
    seed: u64,
    sample: Box<Sample<'a>>,
}

/// Renders the sample with this index.
type Sample<'a> = dyn Fn(usize, &mut ChaCha8Rng) -> (Option<Bitmap>, Class) + Sync + 'a;

impl std::fmt::Debug for Plan<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.count, self.name)
    }
}

impl<'a> Plan<'a> {
    /// Returns a plan of `count` samples, each rendered from its index and its own random numbers.
    pub fn new(
        name: impl Into<String>,
        count: usize,
        seed: u64,
        sample: impl Fn(usize, &mut ChaCha8Rng) -> (Option<Bitmap>, Class) + Sync + 'a,
    ) -> Self {
        Self { name: name.into(), count, seed, sample: Box::new(sample) }
    }

    /// Renders the set, on all cores.
    ///
    /// # Panics
    /// When rendering a sample panics.
    #[must_use]
    pub fn draw(&self) -> SampleSet {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let part = self.count.div_ceil(cores).max(1);
        let draw =
            |first: usize| (first..(first + part).min(self.count)).map(|index| self.one(index)).collect::<Vec<_>>();
        let samples = thread::scope(|scope| {
            let threads: Vec<_> = (0..self.count).step_by(part).map(|first| scope.spawn(move || draw(first))).collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("drawing does not panic")).collect::<Vec<_>>()
        });
        SampleSet::new(&*self.name, samples)
    }

    fn one(&self, index: usize) -> (Option<Bitmap>, Class) {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(index as u64);
        (self.sample)(index, &mut random)
    }
}

/// Returns all test sets for which there is data.
#[must_use]
pub fn all(split: &Split) -> Vec<Plan<'_>> {
    let mut plans = scans(&split.test.scans);
    plans.extend(pen(&split.test.pen));
    plans.extend(corruptions(&split.test));
    plans.extend(negative_sets(split));
    plans.push(collected(&split.test.collected));
    plans.retain(|plan| plan.count > 0);
    plans
}

fn scans(scans: &[Example]) -> Vec<Plan<'_>> {
    let undisputed: Vec<&Example> =
        scans.iter().enumerate().filter(|(index, _)| !DISPUTED.contains(index)).map(|(_, scan)| scan).collect();
    let canvases = |name, seed, invert: bool| {
        Plan::new(name, scans.len(), seed, move |index, random| {
            (
                preprocess::picture(in_polarity(large(&scans[index].bitmap, random), invert)),
                Class::Digit(scans[index].label),
            )
        })
    };
    vec![
        Plan::new("MNIST test", scans.len(), 0, |index, _| as_it_is(&scans[index])),
        Plan::new("MNIST test without 15 disputed labels", undisputed.len(), 0, move |index, _| {
            as_it_is(undisputed[index])
        }),
        canvases("MNIST test on canvases, dark on light", 10, false),
        canvases("MNIST test on canvases, light on dark", 11, true),
    ]
}

fn as_it_is(scan: &Example) -> (Option<Bitmap>, Class) {
    (Some(scan.bitmap.clone()), Class::Digit(scan.label))
}

fn pen(pen: &[PenDigit]) -> Vec<Plan<'_>> {
    const LARGE: Range<f32> = 100.0..250.0;
    let drawn = |name, seed, width: Range<f32>, size: Range<f32>, invert: bool| {
        Plan::new(name, pen.len(), seed, move |index, random| {
            let picture = renderer(width.clone(), size.clone(), random).render(&pen[index].strokes, random);
            (preprocess::picture(in_polarity(picture, invert)), Class::Digit(pen[index].label))
        })
    };
    vec![
        drawn("pen of 10-26 px, dark on light", 20, 10.0..26.0, LARGE, false),
        drawn("pen of 10-26 px, light on dark", 21, 10.0..26.0, LARGE, true),
        drawn("pen of 3-7 px", 22, 3.0..7.0, LARGE, false),
        drawn("pen of 28-44 px", 23, 28.0..44.0, 140.0..250.0, true),
        drawn("drawings of 35-60 px", 24, 3.0..7.0, 35.0..60.0, false),
        Plan::new("pen, sent as strokes", pen.len(), 0, |index, _| {
            (preprocess::strokes(pen[index].strokes.clone()), Class::Digit(pen[index].label))
        }),
    ]
}

fn corruptions(part: &Part) -> impl Iterator<Item = Plan<'_>> {
    let tried = part.scans.len() / STEP;
    Corruption::ALL.into_iter().zip(30..).flat_map(move |(corruption, seed)| {
        let pen =
            Plan::new(format!("pen of 10-26 px, {}", corruption.name()), part.pen.len(), seed, move |index, random| {
                let digit = &part.pen[index];
                let clean = renderer(10.0..26.0, 100.0..250.0, random).render(&digit.strokes, random);
                (preprocess::picture(corruption.apply(&clean, random)), Class::Digit(digit.label))
            });
        let scans =
            Plan::new(format!("MNIST on canvases, {}", corruption.name()), tried, seed + 100, move |index, random| {
                let scan = &part.scans[index * STEP];
                (preprocess::picture(corruption.apply(&large(&scan.bitmap, random), random)), Class::Digit(scan.label))
            });
        [pen, scans]
    })
}

fn collected(drawings: &[CollectedSample]) -> Plan<'_> {
    Plan::new("collected drawings", drawings.len(), 0, |index, _| {
        let CollectedSample { content, target } = &drawings[index];
        let bitmap = match content {
            CollectedContent::Strokes(strokes) => preprocess::strokes(strokes.clone()),
            CollectedContent::Bitmap(bitmap) => Some((**bitmap).clone()),
        };
        let class = match *target {
            Target::Class(class) => class,
            Target::NotADigit => Class::UnlikeADigit, // both such classes are rejected
        };
        (bitmap, class)
    })
}

fn negative_sets(split: &Split) -> Vec<Plan<'_>> {
    let characters = |name, seed, characters: &'_ Vec<Strokes>| {
        let characters = characters.clone();
        Plan::new(name, characters.len(), seed, move |index, random| {
            (preprocess::picture(any_pen(&characters[index], random)), Class::UnlikeADigit)
        })
    };
    let look_alikes = [&split.train, &split.holdout, &split.test].map(|part| part.look_alikes.clone()).concat();
    vec![
        characters("characters of a script never seen", 50, &split.test.characters),
        characters("characters of a held-out script", 51, &split.holdout.characters),
        characters("characters that look like digits", 52, &look_alikes),
        scribbles("scribbles", 53, &Scribble::TRAINING),
        scribbles("scribbles of kinds never seen", 54, &Scribble::UNSEEN),
        several_pen_digits("several digits, pen", 55, &split.test.pen),
        several_scans("several digits, MNIST test", 56, &split.test.scans),
    ]
}

/// Returns the sets of negatives that can be made without another script, from held-out digits.
#[must_use]
pub fn held_out_negatives(part: &Part) -> Vec<Plan<'_>> {
    let mut plans = vec![
        scribbles("scribbles, held out", 60, &Scribble::TRAINING),
        several_pen_digits("several digits, pen of held-out writers", 61, &part.pen),
        several_scans("several digits, MNIST held out", 62, &part.scans),
    ];
    plans.retain(|plan| plan.count > 0);
    plans
}

fn scribbles(name: &str, seed: u64, kinds: &'static [Scribble]) -> Plan<'static> {
    Plan::new(name, NEGATIVES, seed, move |index, random| {
        let strokes = kinds[index % kinds.len()].draw(random);
        (preprocess::picture(any_pen(&StyleJitter::OTHER_WRITER.apply(&strokes, random), random)), Class::UnlikeADigit)
    })
}

fn several_pen_digits<'a>(name: &str, seed: u64, digits: &'a [PenDigit]) -> Plan<'a> {
    let digits: Vec<&PenDigit> = digits.iter().collect();
    Plan::new(name, if digits.is_empty() { 0 } else { NEGATIVES }, seed, move |_, random| {
        (preprocess::picture(any_pen(&negatives::several_as_strokes(&digits, random), random)), Class::SeveralDigits)
    })
}

fn several_scans<'a>(name: &str, seed: u64, scans: &'a [Example]) -> Plan<'a> {
    Plan::new(name, if scans.is_empty() { 0 } else { NEGATIVES }, seed, move |_, random| {
        (preprocess::picture(negatives::several_as_picture(scans, random)), Class::SeveralDigits)
    })
}

fn renderer(pen: Range<f32>, size: Range<f32>, random: &mut ChaCha8Rng) -> StrokeRenderer {
    StrokeRenderer { canvas: CANVAS, size: random.random_range(size), pen: random.random_range(pen) }
}

fn any_pen(strokes: &Strokes, random: &mut ChaCha8Rng) -> GrayImage {
    let picture = renderer(6.0..26.0, 100.0..250.0, random).render(strokes, random);
    in_polarity(picture, random.random())
}

/// Returns a scanned digit at a random position of a canvas, two to nine times as large.
pub(super) fn large(bitmap: &Bitmap, random: &mut ChaCha8Rng) -> GrayImage {
    let side = random.random_range(56..=252);
    let large = imageops::resize(&negatives::picture(bitmap), side, side, imageops::CatmullRom);
    anywhere(&large, CANVAS, random)
}

pub(super) fn in_polarity(mut picture: GrayImage, invert: bool) -> GrayImage {
    if invert {
        imageops::invert(&mut picture);
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;
    use digit::{Digit, SIDE};

    fn split() -> Split {
        let bar = |i: usize| if (12..16).contains(&(i % SIDE)) && (4..24).contains(&(i / SIDE)) { 255 } else { 0 };
        let one = Digit::try_from(1).unwrap();
        let scan = Example { bitmap: Bitmap::new(std::array::from_fn(bar)), label: one };
        let stroke = [(0.0, 0.0), (4.0, 60.0)].map(|(x, y)| digit::preprocessing::Point { x, y }).to_vec();
        let pen = PenDigit { writer: 30, label: one, strokes: vec![stroke.clone()] };
        let part = || Part {
            scans: vec![scan.clone(); 8],
            pen: vec![pen.clone(); 3],
            characters: vec![vec![stroke.clone(), stroke.clone()]],
            look_alikes: vec![vec![stroke.clone()]],
            ..Part::default()
        };
        Split { train: part(), holdout: part(), test: part(), files: Vec::new() }
    }

    #[test]
    fn sets_are_the_same_in_every_run_and_have_distinct_names() {
        let split = split();
        let names: std::collections::HashSet<String> = all(&split).into_iter().map(|plan| plan.name).collect();
        assert_eq!(names.len(), all(&split).len());
        for (first, second) in all(&split).iter().zip(all(&split)).filter(|(plan, _)| plan.count < NEGATIVES) {
            assert_eq!(first.draw().bitmaps, second.draw().bitmaps, "{}", first.name);
        }
    }

    #[test]
    fn a_set_without_data_is_left_out() {
        let mut split = split();
        split.test.pen.clear();
        assert!(all(&split).iter().all(|plan| !plan.name.contains("pen of")));
    }
}

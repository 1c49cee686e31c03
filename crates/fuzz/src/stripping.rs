//! Checks how the web service strips the metadata of images, undamaged and damaged.

use crate::inputs::{Examples, Photo};
use api::metadata;
use digit::preprocessing::{self, ImageKind};
use std::{
    collections::BTreeMap,
    fmt::Write,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering},
    thread,
};
use wire::Input;

/// The number of failures after which the run stops.
const ENOUGH: usize = 20;

/// The outcome of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// The image decodes to the same pixels.
    Same,
    /// The decoder rejects the image before and after stripping, or the image is rejected at once.
    Refused,
    /// The decoder accepts only the stripped image.
    Mended,
    /// The decoder accepts the image, but stripping rejects its structure.
    Lost,
    /// The metadata is between scans of a damaged JPEG, where the decoder loses pixels.
    Split,
}

/// An image that was stripped incorrectly.
#[derive(Debug, Clone)]
pub struct StripFailure {
    /// The number of the image.
    pub input: u64,
    /// The fault.
    pub what: String,
    /// The image.
    pub picture: Vec<u8>,
}

/// The number of images with each outcome.
#[derive(Debug, Clone, Default)]
pub struct StripTally(BTreeMap<(&'static str, Outcome), u64>);

/// The images of a seed.
#[derive(Debug)]
pub struct Stripping {
    examples: Examples,
    seed: u64,
}

impl Stripping {
    /// Returns a run that has stripped nothing yet.
    ///
    /// # Errors
    /// When the examples cannot be generated.
    pub fn new(seed: u64) -> anyhow::Result<Self> {
        Ok(Self { examples: Examples::new()?, seed })
    }

    /// Strips a range of images on `threads` threads.
    ///
    /// # Panics
    /// When a thread panics outside the code under test.
    #[must_use]
    pub fn run(&self, inputs: std::ops::Range<u64>, threads: usize) -> (StripTally, Vec<StripFailure>) {
        let next = AtomicU64::new(inputs.start);
        let (mut tally, mut failures) = (StripTally::default(), Vec::new());
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| self.work(&next, inputs.end))).collect();
            for worker in workers {
                let (counted, failed) = worker.join().expect("a thread that strips does not panic");
                counted.0.into_iter().for_each(|(outcome, count)| *tally.0.entry(outcome).or_default() += count);
                failures.extend(failed);
            }
        });
        failures.sort_by_key(|failure: &StripFailure| failure.input);
        (tally, failures)
    }

    fn work(&self, next: &AtomicU64, end: u64) -> (StripTally, Vec<StripFailure>) {
        let (mut tally, mut failures) = (StripTally::default(), Vec::new());
        loop {
            let input = next.fetch_add(1, Ordering::Relaxed);
            if input >= end || failures.len() >= ENOUGH {
                return (tally, failures);
            }
            let photo = self.examples.photo(self.seed, input);
            let outcome = catch_unwind(AssertUnwindSafe(|| outcome(&photo))).unwrap_or(Err("a panic"));
            match outcome {
                Ok(outcome) => {
                    let kind = ImageKind::of(&photo.bytes).map_or("none", |kind| kind.media_type());
                    *tally.0.entry((kind, outcome)).or_default() += 1;
                }
                Err(what) => failures.push(StripFailure { input, what: what.to_owned(), picture: photo.bytes }),
            }
        }
    }
}

impl StripTally {
    /// Returns the number of images.
    #[must_use]
    pub fn inputs(&self) -> u64 {
        self.0.values().sum()
    }

    /// Returns the share of images that kept their pixels.
    #[must_use]
    pub fn same(&self) -> f64 {
        self.share(Outcome::Same)
    }

    /// Returns the share of images that a decoder accepts but stripping rejects.
    #[must_use]
    pub fn lost(&self) -> f64 {
        self.share(Outcome::Lost)
    }

    #[expect(clippy::cast_precision_loss, reason = "a run has a few million pictures")]
    fn share(&self, outcome: Outcome) -> f64 {
        let count: u64 = self.0.iter().filter(|((_, found), _)| *found == outcome).map(|(_, count)| count).sum();
        count as f64 / self.inputs().max(1) as f64
    }

    /// Returns a table of images by format and outcome.
    #[must_use]
    pub fn table(&self) -> String {
        let mut table = "| format | outcome | images |\n| --- | --- | --- |\n".to_owned();
        for ((kind, outcome), count) in &self.0 {
            // Writing to a `String` cannot fail.
            let _ = writeln!(table, "| {kind} | {outcome:?} | {count} |");
        }
        table
    }
}

/// Strips an image and checks the result.
fn outcome(photo: &Photo) -> Result<Outcome, &'static str> {
    let Ok(input) = Input::image(photo.bytes.clone().into()) else { return Ok(Outcome::Refused) };
    let before = preprocessing::decode(&photo.bytes);
    let Ok(stripped) = metadata::strip(input) else {
        return match before {
            Ok(_) if photo.is_whole => Err("an undamaged image is rejected"),
            Ok(_) => Ok(Outcome::Lost),
            Err(_) => Ok(Outcome::Refused),
        };
    };
    if photo.is_whole && Photo::is_told_by(stripped.input().bytes()) {
        return Err("metadata remains");
    }
    let again = metadata::strip(stripped.input().clone()).map_err(|_| "the stripped image is rejected")?;
    if again != stripped {
        return Err("stripping is not idempotent");
    }
    match (before, preprocessing::decode(stripped.input().bytes())) {
        (Ok(before), Ok(after)) if before == after => Ok(Outcome::Same),
        (Ok(_), _) if !photo.is_whole && is_split(&photo.bytes, stripped.input().bytes()) => Ok(Outcome::Split),
        (Ok(_), Ok(_)) => Err("the pixels differ"),
        (Ok(_), Err(_)) => Err("the decoder rejects the stripped image"),
        (Err(_), Ok(_)) if photo.is_whole => Err("the decoder accepts only the stripped image"),
        (Err(_), Ok(_)) => Ok(Outcome::Mended),
        (Err(_), Err(_)) => Ok(Outcome::Refused),
    }
}

/// Returns whether stripping removed bytes of a JPEG between its first scan and its end.
fn is_split(picture: &[u8], stripped: &[u8]) -> bool {
    let is_jpeg = ImageKind::of(picture) == Some(ImageKind::Jpeg);
    let scan = stripped.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap_or(0);
    let scans = &stripped[scan..];
    is_jpeg && !picture.windows(scans.len()).any(|window| window == scans)
}

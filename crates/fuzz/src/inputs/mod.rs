//! The kinds of input and their frequencies.

mod address;
mod drawing;
mod form;
mod image;
mod json;
mod metadata;
mod png;
mod tensor;

use crate::{
    random::Random,
    sent::{Arrival, Sent},
};
use drawing::Drawings;
pub(crate) use image::Photo;
use image::Pictures;

/// A kind of input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Png,
    Jpeg,
    Webp,
    Gif,
    Form,
    Strokes,
    Pixels,
    TensorJson,
    TensorBytes,
    TensorPacked,
    Label,
    Address,
}

/// The percentage of inputs of each kind.
const SHARES: [(Kind, usize); 12] = [
    (Kind::Png, 16),
    (Kind::Jpeg, 9),
    (Kind::Webp, 8),
    (Kind::Gif, 8),
    (Kind::Form, 11),
    (Kind::Strokes, 12),
    (Kind::Pixels, 8),
    (Kind::TensorJson, 8),
    (Kind::TensorBytes, 9),
    (Kind::TensorPacked, 5),
    (Kind::Label, 3),
    (Kind::Address, 3),
];

impl Kind {
    /// Returns all kinds, in the order of the table.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        SHARES.into_iter().map(|(kind, _)| kind)
    }

    /// Returns the name in the table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Webp => "WebP",
            Self::Gif => "GIF",
            Self::Form => "form with an image",
            Self::Strokes => "strokes",
            Self::Pixels => "pixels",
            Self::TensorJson => "tensor, JSON",
            Self::TensorBytes => "tensor, bytes",
            Self::TensorPacked => "tensor, compressed",
            Self::Label => "label",
            Self::Address => "other addresses",
        }
    }

    fn draw(random: &mut Random) -> Self {
        let mut place = random.below(SHARES.iter().map(|(_, share)| share).sum());
        for (kind, share) in SHARES {
            if place < share {
                return kind;
            }
            place -= share;
        }
        Self::Address
    }
}

/// The examples that inputs are generated from.
#[derive(Debug)]
pub(crate) struct Examples {
    drawings: Drawings,
    pictures: Pictures,
}

impl Examples {
    /// Returns ten hand-drawn digits, and images of them in every format.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let drawings = Drawings::new()?;
        let pictures = Pictures::new(&drawings)?;
        Ok(Self { drawings, pictures })
    }

    /// Returns an image with metadata. The same seed and index give the same image.
    pub(crate) fn photo(&self, seed: u64, index: u64) -> Photo {
        self.pictures.photo(&mut Random::of(seed, index))
    }

    /// Returns an input. The same seed and index give the same input.
    pub(crate) fn input(&self, seed: u64, index: u64) -> (Kind, Sent) {
        let mut random = Random::of(seed, index);
        let kind = Kind::draw(&mut random);
        let mut sent = match kind {
            Kind::Png | Kind::Jpeg | Kind::Webp | Kind::Gif => self.pictures.input(&mut random, kind),
            Kind::Form => form::input(&mut random, &self.pictures),
            Kind::Strokes => json::strokes(&mut random, &self.drawings),
            Kind::Pixels => json::pixels(&mut random, &self.drawings),
            Kind::TensorJson => tensor::json(&mut random, &self.drawings),
            Kind::TensorBytes => tensor::bytes(&mut random, &self.drawings),
            Kind::TensorPacked => tensor::packed(&mut random, &self.drawings),
            Kind::Label => json::label(&mut random),
            Kind::Address => address::input(&mut random),
        };
        arrive(&mut random, &mut sent);
        (kind, sent)
    }
}

/// Makes a few bodies too large, incomplete or split into pieces, and repeats or removes a few headers.
fn arrive(random: &mut Random, sent: &mut Sent) {
    if random.below(10_000) == 0 {
        sent.body.resize(5_000_000 + random.below(200_000), b' ');
        sent.valid = None;
    }
    let size = 1 + sent.body.len() / (1 + random.below(20));
    match random.below(40) {
        0..4 => sent.arrival = Arrival::Pieces(size),
        4 => {
            sent.arrival = Arrival::BrokenOff(size);
            sent.valid = None;
        }
        5 if !sent.headers.is_empty() => {
            let header = random.pick_from(&sent.headers).clone();
            sent.headers.push(header);
        }
        6 if !sent.headers.is_empty() => {
            sent.headers.remove(random.below(sent.headers.len()));
            sent.valid = None;
        }
        _ => {}
    }
}

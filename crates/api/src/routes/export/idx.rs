//! MNIST's own format, IDX: all images in one file, all labels in another, both in an archive.

use super::Format;
use crate::store::ExportedPrediction;
use digit::{Bitmap, SIDE, TrueLabel};
use tar::Header;

/// A tar archive with both files.
pub(super) struct Idx {
    images: usize,
    /// They come after the images and are kept until then, a byte each.
    labels: Vec<u8>,
}

/// Unsigned bytes in three dimensions and in one, as a file's first word says it.
const IMAGES: usize = 0x0803;
const LABELS: usize = 0x0801;

/// What a file in an archive is filled up to.
const BLOCK: usize = 512;

impl Idx {
    /// Of so many images.
    pub(super) fn new(images: usize) -> Self {
        Self { images, labels: Vec::new() }
    }

    fn pixels(&self) -> usize {
        self.images * Bitmap::LEN
    }
}

impl Format for Idx {
    const MEDIA_TYPE: &str = "application/x-tar";
    const FILE: &str = "attachment; filename=\"digits-mnist.tar\"";

    fn head(&mut self) -> Vec<u8> {
        beginning("images-idx3-ubyte", &[IMAGES, self.images, SIDE, SIDE], self.pixels())
    }

    fn portion(&mut self, kept: Vec<ExportedPrediction>) -> Vec<u8> {
        let mut pixels = Vec::with_capacity(kept.len() * Bitmap::LEN);
        for ExportedPrediction { prediction, bitmap, .. } in kept {
            if let Some(TrueLabel::Digit(digit)) = prediction.true_label {
                pixels.extend(bitmap.levels());
                self.labels.push(digit.value());
            }
        }
        pixels
    }

    fn tail(&mut self) -> Vec<u8> {
        let labels = std::mem::take(&mut self.labels);
        let mut tail = filling(4 * 4 + self.pixels());
        tail.extend(beginning("labels-idx1-ubyte", &[LABELS, self.images], labels.len()));
        tail.extend(&labels);
        tail.extend(filling(2 * 4 + labels.len()));
        tail.extend([0; 2 * BLOCK]); // the archive's end
        tail
    }
}

/// A file's entry in the archive and its first words, which so many bytes follow.
fn beginning(name: &str, words: &[usize], bytes: usize) -> Vec<u8> {
    let mut entry = Header::new_ustar();
    entry.set_path(name).expect("a short name fits");
    entry.set_size((4 * words.len() + bytes) as u64);
    entry.set_mode(0o644);
    entry.set_cksum();
    let word = |&word| u32::try_from(word).expect("no more than the format can count").to_be_bytes();
    let words = words.iter().flat_map(word);
    entry.as_bytes().iter().copied().chain(words).collect()
}

/// Zeros from a file's end to a whole block.
fn filling(bytes: usize) -> Vec<u8> {
    vec![0; bytes.next_multiple_of(BLOCK) - bytes]
}

//! IDX, the format of MNIST: a tar archive with a file of images and a file of labels.

use super::Format;
use crate::store::ExportedPrediction;
use digit::{Bitmap, SIDE, TrueLabel};
use tar::Header;

/// A tar archive with both files.
pub(super) struct Idx {
    images: usize,
    /// The labels, a byte each. They follow the images in the archive, so they wait in memory.
    labels: Vec<u8>,
}

/// The first word of a file: unsigned bytes in three dimensions, and in one.
const IMAGES: usize = 0x0803;
const LABELS: usize = 0x0801;

/// The block size of a tar archive, in bytes.
const BLOCK: usize = 512;

impl Idx {
    /// An archive of this number of images.
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

/// The header of a file in the archive and its first words; `bytes` is the length of its remaining content.
fn beginning(name: &str, words: &[usize], bytes: usize) -> Vec<u8> {
    let mut entry = Header::new_ustar();
    entry.set_path(name).expect("a short name fits");
    entry.set_size((4 * words.len() + bytes) as u64);
    entry.set_mode(0o644);
    entry.set_cksum();
    let word = |&word| u32::try_from(word).expect("the format counts in 32 bits").to_be_bytes();
    let words = words.iter().flat_map(word);
    entry.as_bytes().iter().copied().chain(words).collect()
}

/// The zeros from the end of a file to the end of its block.
fn filling(bytes: usize) -> Vec<u8> {
    vec![0; bytes.next_multiple_of(BLOCK) - bytes]
}

//! Removes metadata from images before they are sent to the model service, stored or hashed.
//!
//! Each format has an allow-list: the parts that decoding needs, the ICC profile, the loop of an animation, and an EXIF
//! block that holds only the orientation. Compressed pixels stay byte for byte, so that the image decodes to the same
//! pixels. A parser follows the structure of a file as the decoder of `digit::preprocessing` does, and drops all parts
//! that the decoder never reads. No parser decodes pixels, allocates memory by a length that a file states, or reads a
//! byte more than a few times.

mod bytes;
mod exif;
mod gif;
mod icc;
mod jpeg;
mod png;
mod webp;

use digit::preprocessing::{ImageKind, PreprocessingError};

use wire::{Content, Input};

/// The structure of an image is invalid.
#[derive(Debug)]
struct Damaged;

/// An input without metadata. The store accepts no other inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Stripped(Input);

impl Stripped {
    /// The input.
    #[must_use]
    pub fn input(&self) -> &Input {
        &self.0
    }
}

/// Removes the metadata of an image. Strokes and pixels have none and do not change.
///
/// The function is idempotent.
///
/// # Errors
/// [`PreprocessingError::Corrupt`] when the structure of the image is invalid.
pub fn strip(input: Input) -> Result<Stripped, PreprocessingError> {
    let &Content::Image(kind) = input.content() else { return Ok(Stripped(input)) };
    let stripped = match kind {
        ImageKind::Jpeg => jpeg::strip(input.bytes()),
        ImageKind::Png => png::strip(input.bytes()),
        ImageKind::Webp => webp::strip(input.bytes()),
        ImageKind::Gif => gif::strip(input.bytes()),
    };
    let stripped = stripped.map_err(|Damaged| PreprocessingError::Corrupt(kind))?;
    Input::image(stripped.into()).map(Stripped).map_err(|_| PreprocessingError::Corrupt(kind))
}

#[cfg(test)]
mod tests;

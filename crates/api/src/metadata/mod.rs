//! Removes from an image everything but what shows it: no metadata is sent on, stored or hashed.
//!
//! Each format has an allow-list: what decoding needs, the ICC profile, the loop of an animation, and an EXIF block that
//! holds the orientation alone. Compressed pixels stay byte for byte, so that the image decodes to the same pixels. A
//! walker follows the structure of a file as the decoder of `digit::preprocessing` does; what the decoder never reads is dropped.
//! No walker decodes pixels, allocates by a length that a file states, or reads a byte more than a few times.

mod bytes;
mod exif;
mod gif;
mod icc;
mod jpeg;
mod png;
mod webp;

use digit::preprocessing::{ImageKind, PreprocessingError};

use wire::{Content, Input};

/// The structure of an image cannot be followed.
#[derive(Debug)]
struct Damaged;

/// An input without metadata: what is stored has to be one.
#[derive(Debug, Clone, PartialEq)]
pub struct Stripped(Input);

impl Stripped {
    /// The input.
    #[must_use]
    pub fn input(&self) -> &Input {
        &self.0
    }
}

/// Removes the metadata. Strokes and pixels have none and stay as they are.
///
/// Stripping twice is the same as stripping once.
///
/// # Errors
/// [`PreprocessingError::Corrupt`] when the structure of the image cannot be followed.
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

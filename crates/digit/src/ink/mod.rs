//! From ink to a [`Bitmap`]: the one preprocessing, for serving and for training on drawings alike.
//!
//! An image is decoded ([`mod@decode`]) and shrunk ([`shrink`]), its ink is told from its paper ([`contrast`], and [`photo`]
//! where the [`paper`] is uneven) and freed of dust ([`pieces`]), very thin and very thick lines get the usual width
//! ([`width`]), and the ink is framed as MNIST frames its digits ([`frame`]). Strokes are drawn with one pen ([`pen`])
//! and framed the same way.

mod contrast;
mod decode;
mod frame;
mod paper;
mod pen;
mod photo;
mod pieces;
mod plane;
mod scant;
mod shrink;
mod width;

use crate::Bitmap;
pub use decode::{ImageKind, MAX_PIXELS, Pixels, decode, exif_orientation, pixel_count};
pub use pen::{Drawing, InvalidDrawing, MAX_POINTS, Point};

/// Names this preprocessing in a model's card: a model is served only with the preprocessing it was trained for.
pub const VERSION: &str = "mnist-2";

/// The least contrast between ink and paper, in grey levels of 255, that counts as drawn.
pub(crate) const FAINTEST: u8 = 26;

/// What was drawn, as the network sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ink {
    /// The ink, framed as MNIST frames its digits.
    pub bitmap: Bitmap,
    /// Whether there is so little of it (a dot, a few pixels) that it could be anything.
    pub is_scant: bool,
}

/// Why an image or a drawing gives no bitmap.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InkError {
    /// The bytes start like no image format that is read here.
    #[error("these bytes are not a PNG, JPEG, WebP or GIF image")]
    NotAnImage,
    /// The image is truncated or damaged.
    #[error("the {0} image is truncated or damaged")]
    Corrupt(ImageKind),
    /// The image has more than [`MAX_PIXELS`] pixels.
    #[error("the image is {width} × {height} pixels; the most that is read is 25 megapixels, and 65,535 a side")]
    TooLarge {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// There is no ink.
    #[error("nothing is drawn here")]
    Blank,
}

/// The ink of an image, whatever its size, place, polarity, orientation or transparency.
///
/// # Errors
/// When the bytes are no image, a damaged one, too large a one, or a blank one.
pub fn from_image(bytes: &[u8]) -> Result<Ink, InkError> {
    from_pixels(&decode(bytes)?)
}

/// The same of an image that is decoded already.
///
/// # Errors
/// [`InkError::Blank`] when nothing stands out from the paper.
pub fn from_pixels(pixels: &Pixels) -> Result<Ink, InkError> {
    let mut ink = contrast::ink(&shrink::shrink(pixels)).ok_or(InkError::Blank)?;
    pieces::remove_dust(&mut ink);
    let is_scant = scant::is_scant(&ink);
    let bitmap = frame::bitmap(&width::even_out(ink)).ok_or(InkError::Blank)?;
    Ok(Ink { bitmap, is_scant })
}

/// The ink that strokes draw, at one pen width whatever the drawing's size.
///
/// # Errors
/// [`InkError::Blank`] when there is no point.
pub fn from_drawing(drawing: &Drawing) -> Result<Ink, InkError> {
    let ink = pen::ink(drawing).ok_or(InkError::Blank)?;
    let bitmap = frame::bitmap(&ink).ok_or(InkError::Blank)?;
    Ok(Ink { bitmap, is_scant: drawing.is_dot() })
}

//! From foreground to a [`Bitmap`]: the one preprocessing, for serving and for training on drawings alike.
//!
//! An image is decoded ([`mod@decode`]) and shrunk ([`shrink`]). Its foreground is separated from its background
//! ([`contrast`], and [`photo`] where the [`background`] is uneven) and freed of dust ([`components`]); very thin and very
//! thick lines get the usual width ([`width`]), and the foreground is framed as MNIST frames its digits ([`frame`]).
//! Strokes ([`drawing`]) are drawn with one pen ([`pen`]) and framed the same way.

mod decode;
mod shrink;
mod contrast;
mod photo;
mod background;
mod components;
mod width;
mod drawing;
mod pen;
mod too_small;
mod frame;
mod plane;

use crate::Bitmap;
pub use decode::{ImageKind, MAX_PIXELS, Pixels, decode, exif_orientation, pixel_count};
pub use drawing::{Drawing, InvalidDrawing, MAX_POINTS, Point};

/// Names this preprocessing in a model's card: a model is served only with the preprocessing it was trained for.
pub const VERSION: &str = "mnist-2";

/// A drawing as the network sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preprocessed {
    /// The foreground, framed as MNIST frames its digits.
    pub bitmap: Bitmap,
    /// Whether there is so little of it (a dot, a few pixels) that it could be anything.
    pub is_too_small: bool,
}

/// Why an image or a drawing gives no bitmap.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PreprocessingError {
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
    /// There is no foreground.
    #[error("nothing is drawn here")]
    Blank,
}

/// The foreground of an image, whatever its size, place, polarity, orientation or transparency.
///
/// # Errors
/// When the bytes are no image, a damaged one, too large a one, or a blank one.
pub fn from_image(bytes: &[u8]) -> Result<Preprocessed, PreprocessingError> {
    from_pixels(&decode(bytes)?)
}

/// The same of an image that is decoded already.
///
/// # Errors
/// [`PreprocessingError::Blank`] when nothing stands out from the background.
pub fn from_pixels(pixels: &Pixels) -> Result<Preprocessed, PreprocessingError> {
    let mut foreground = contrast::foreground(&shrink::shrink(pixels)).ok_or(PreprocessingError::Blank)?;
    components::remove_dust(&mut foreground);
    let is_too_small = too_small::is_too_small(&foreground);
    let bitmap = frame::bitmap(&width::even_out(foreground)).ok_or(PreprocessingError::Blank)?;
    Ok(Preprocessed { bitmap, is_too_small })
}

/// The foreground that strokes draw, at one pen width whatever the drawing's size.
///
/// # Errors
/// [`PreprocessingError::Blank`] when there is no point.
pub fn from_drawing(drawing: &Drawing) -> Result<Preprocessed, PreprocessingError> {
    let foreground = pen::foreground(drawing).ok_or(PreprocessingError::Blank)?;
    let bitmap = frame::bitmap(&foreground).ok_or(PreprocessingError::Blank)?;
    Ok(Preprocessed { bitmap, is_too_small: drawing.is_dot() })
}

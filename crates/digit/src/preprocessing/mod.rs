//! The preprocessing of images and strokes to a [`Bitmap`], the same for serving and for training.
//!
//! An image is decoded ([`mod@decode`]) and shrunk ([`shrink`]). Its foreground is separated from its background
//! ([`contrast`], and [`photo`] if the [`background`] is uneven), and dust is removed ([`components`]). Very thin and
//! very thick lines get the usual width ([`width`]), and the foreground is framed as in MNIST ([`frame`]). Strokes
//! ([`drawing`]) are rendered with one pen ([`pen`]) and framed in the same way.

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

/// The version of this preprocessing in model cards. A model is served only with the preprocessing of its training.
pub const VERSION: &str = "mnist-2";

/// A preprocessed drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preprocessed {
    /// The foreground, framed as in MNIST.
    pub bitmap: Bitmap,
    /// Whether the foreground is too small to be recognisable: a dot or a few pixels.
    pub is_too_small: bool,
}

/// Why an image or a drawing gives no bitmap.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PreprocessingError {
    /// The bytes do not start like an image of a supported format.
    #[error("these bytes are not a PNG, JPEG, WebP or GIF image")]
    NotAnImage,
    /// The image is truncated or damaged.
    #[error("the {0} image is truncated or damaged")]
    Corrupt(ImageKind),
    /// The image has more than [`MAX_PIXELS`] pixels.
    #[error("the image is {width} × {height} pixels; the most that is read is 25 megapixels, and 65,535 a side")]
    TooLarge {
        /// The width in pixels.
        width: u32,
        /// The height in pixels.
        height: u32,
    },
    /// There is no foreground.
    #[error("nothing is drawn here")]
    Blank,
}

/// Preprocesses an image. The result hardly depends on the size, position, polarity, orientation or transparency of the
/// drawing in it.
///
/// # Errors
/// When the bytes are not an image, or the image is damaged, too large or blank.
pub fn from_image(bytes: &[u8]) -> Result<Preprocessed, PreprocessingError> {
    from_pixels(&decode(bytes)?)
}

/// Preprocesses a decoded image.
///
/// # Errors
/// [`PreprocessingError::Blank`] when the image has no foreground.
pub fn from_pixels(pixels: &Pixels) -> Result<Preprocessed, PreprocessingError> {
    let mut foreground = contrast::foreground(&shrink::shrink(pixels)).ok_or(PreprocessingError::Blank)?;
    components::remove_dust(&mut foreground);
    let is_too_small = too_small::is_too_small(&foreground);
    let bitmap = frame::bitmap(&width::even_out(foreground)).ok_or(PreprocessingError::Blank)?;
    Ok(Preprocessed { bitmap, is_too_small })
}

/// Preprocesses strokes, with a pen width relative to the size of the drawing.
///
/// # Errors
/// [`PreprocessingError::Blank`] when there is no point.
pub fn from_drawing(drawing: &Drawing) -> Result<Preprocessed, PreprocessingError> {
    let foreground = pen::foreground(drawing).ok_or(PreprocessingError::Blank)?;
    let bitmap = frame::bitmap(&foreground).ok_or(PreprocessingError::Blank)?;
    Ok(Preprocessed { bitmap, is_too_small: drawing.is_dot() })
}

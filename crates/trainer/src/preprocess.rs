//! The preprocessing of serving, for pictures and strokes. The result is `None` if there is no foreground.

use crate::stroke_renderer::Strokes;
use digit::{
    Bitmap,
    preprocessing::{self, Drawing},
};
use image::{DynamicImage, GrayImage};

/// Preprocesses a picture.
pub(crate) fn picture(picture: GrayImage) -> Option<Bitmap> {
    preprocessing::from_pixels(&DynamicImage::from(picture).into()).ok().map(|preprocessed| preprocessed.bitmap)
}

/// Preprocesses strokes.
pub(crate) fn strokes(strokes: Strokes) -> Option<Bitmap> {
    preprocessing::from_drawing(&Drawing::new(strokes).ok()?).ok().map(|preprocessed| preprocessed.bitmap)
}

//! What the serving preprocessing makes of pictures and strokes; none where it finds no ink.

use crate::stroke_renderer::Strokes;
use digit::{
    Bitmap,
    preprocessing::{self, Drawing},
};
use image::{DynamicImage, GrayImage};

/// The bitmap of a picture.
pub(crate) fn picture(picture: GrayImage) -> Option<Bitmap> {
    preprocessing::from_pixels(&DynamicImage::from(picture).into()).ok().map(|ink| ink.bitmap)
}

/// The bitmap of strokes that are sent as such.
pub(crate) fn strokes(strokes: Strokes) -> Option<Bitmap> {
    preprocessing::from_drawing(&Drawing::new(strokes).ok()?).ok().map(|ink| ink.bitmap)
}

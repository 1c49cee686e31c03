//! The 28×28 bitmap that the network classifies, in MNIST's convention: foreground is high, background is zero.

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{SeqAccess, Visitor},
    ser::SerializeSeq,
};
use std::fmt;

/// Pixels per side of a [`Bitmap`].
pub const SIDE: usize = 28;

/// A 28×28 grey image, row-major from the top left; 0 is background, 255 is full foreground.
///
/// In JSON it is 784 numbers from 0 to 1. Each of the 256 levels survives the round trip exactly.
#[derive(Clone, PartialEq, Eq)]
pub struct Bitmap([u8; Bitmap::LEN]);

/// Why some numbers are not a [`Bitmap`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InvalidPixels {
    /// Their number is not 784.
    #[error("a bitmap has 784 pixels, 28 rows of 28")]
    Count,
    /// A value is outside of 0 to 1.
    #[error("pixel {index} is {value}; pixels are numbers from 0 (background) to 1 (foreground)")]
    Range {
        /// The index of the pixel, row-major from 0.
        index: usize,
        /// The value.
        value: f32,
    },
}

impl Bitmap {
    /// Number of pixels.
    pub const LEN: usize = SIDE * SIDE;

    /// A bitmap from its grey levels.
    #[must_use]
    pub const fn new(levels: [u8; Self::LEN]) -> Self {
        Self(levels)
    }

    /// The grey levels, row-major.
    #[must_use]
    pub const fn levels(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// A bitmap from 784 grey levels, or `None` if there are more or fewer.
    #[must_use]
    pub fn from_levels(levels: &[u8]) -> Option<Self> {
        levels.try_into().ok().map(Self)
    }

    /// A bitmap from 784 numbers between 0 and 1.
    ///
    /// # Errors
    /// When their count or a value is invalid.
    pub fn from_unit(pixels: &[f32]) -> Result<Self, InvalidPixels> {
        if pixels.len() != Self::LEN {
            return Err(InvalidPixels::Count);
        }
        let mut levels = [0; Self::LEN];
        for (index, (&value, level)) in pixels.iter().zip(&mut levels).enumerate() {
            if !(0.0..=1.0).contains(&value) {
                return Err(InvalidPixels::Range { index, value });
            }
            *level = crate::levels::level_of(value);
        }
        Ok(Self(levels))
    }

    /// The pixels as numbers from 0 to 1, row-major.
    pub fn unit(&self) -> impl Iterator<Item = f32> {
        self.0.iter().map(|&level| f32::from(level) / 255.0)
    }

    /// A PNG of 28×28 pixels: black foreground on transparent background.
    ///
    /// # Panics
    /// Never: the number of pixels matches the size, and writing to memory does not fail.
    #[must_use]
    pub fn to_png(&self) -> Vec<u8> {
        let pixels: Vec<u8> = self.0.iter().flat_map(|&level| [0, level]).collect();
        let mut png = Vec::new();
        let side = u32::try_from(SIDE).unwrap_or(0);
        PngEncoder::new(&mut png)
            .write_image(&pixels, side, side, ExtendedColorType::La8)
            .expect("784 pixels are an image");
        png
    }

    /// Whether no pixel has enough contrast to be foreground.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.iter().all(|&level| level < crate::levels::FAINTEST)
    }
}

impl fmt::Debug for Bitmap {
    /// Formats the bitmap as text art, for the messages of failing tests.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHADES: [char; 5] = [' ', '.', '+', '#', '@'];
        for row in self.0.chunks(SIDE) {
            let line: String = row.iter().map(|&level| SHADES[usize::from(level) * 4 / 255]).collect();
            writeln!(f, "|{line}|")?;
        }
        Ok(())
    }
}

impl Serialize for Bitmap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut pixels = serializer.serialize_seq(Some(Self::LEN))?;
        for &level in &self.0 {
            // Four decimals distinguish all 256 levels and keep the JSON short.
            let unit = f64::from(level) / 255.0;
            pixels.serialize_element(&((unit * 1e4).round() / 1e4))?;
        }
        pixels.end()
    }
}

/// Reads 784 numbers, and stops at the first surplus one.
impl<'de> Deserialize<'de> for Bitmap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(PixelsVisitor)
    }
}

struct PixelsVisitor;

impl<'de> Visitor<'de> for PixelsVisitor {
    type Value = Bitmap;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("784 pixels")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Bitmap, A::Error> {
        let mut pixels = Vec::with_capacity(Bitmap::LEN);
        while let Some(pixel) = elements.next_element::<f32>()? {
            pixels.push(pixel);
            if pixels.len() > Bitmap::LEN {
                break;
            }
        }
        Bitmap::from_unit(&pixels).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grey_level_survives_json() {
        let mut levels = [0; Bitmap::LEN];
        for (level, value) in levels.iter_mut().zip((0..=255).cycle()) {
            *level = value;
        }
        let bitmap = Bitmap::new(levels);
        let json = serde_json::to_string(&bitmap).unwrap();
        assert_eq!(serde_json::from_str::<Bitmap>(&json).unwrap(), bitmap);
    }

    #[test]
    fn invalid_pixels_are_rejected_with_the_reason() {
        assert_eq!(Bitmap::from_unit(&[0.5; 783]), Err(InvalidPixels::Count));
        let mut pixels = [0.5; Bitmap::LEN];
        pixels[3] = 1.5;
        assert_eq!(Bitmap::from_unit(&pixels), Err(InvalidPixels::Range { index: 3, value: 1.5 }));
        pixels[3] = f32::NAN;
        assert!(Bitmap::from_unit(&pixels).is_err());
    }
}

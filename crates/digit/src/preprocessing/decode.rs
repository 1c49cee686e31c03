//! Decodes images to upright pixels, within limits of size and memory.

use super::PreprocessingError;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, metadata::Orientation};
use std::{fmt, io::Cursor};

/// The largest number of pixels: 25 megapixels, more than most photos of phones have.
pub const MAX_PIXELS: u64 = 25_000_000;

/// The largest width and height in pixels: the limit of JPEG.
const MAX_SIDE: u32 = 65_535;

/// The largest memory of a decoder, in bytes: 16 bits of red, green, blue and alpha for each pixel, and 16 MiB for
/// itself.
const MAX_DECODER_BYTES: u64 = MAX_PIXELS * 8 + (16 << 20);

/// The supported image formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageKind {
    /// PNG, of any bit depth, with palette or transparency.
    Png,
    /// JPEG, grey, colour or CMYK.
    Jpeg,
    /// WebP; the first frame of an animation.
    Webp,
    /// GIF; the first frame of an animation.
    Gif,
}

impl ImageKind {
    /// Detects the format from the first bytes, not from `Content-Type`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match image::guess_format(bytes).ok()? {
            ImageFormat::Png => Some(Self::Png),
            ImageFormat::Jpeg => Some(Self::Jpeg),
            ImageFormat::WebP => Some(Self::Webp),
            ImageFormat::Gif => Some(Self::Gif),
            _ => None,
        }
    }

    /// The media type, as in a `Content-Type` header.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
        }
    }

    const fn format(self) -> ImageFormat {
        match self {
            Self::Png => ImageFormat::Png,
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Webp => ImageFormat::WebP,
            Self::Gif => ImageFormat::Gif,
        }
    }
}

impl fmt::Display for ImageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Webp => "WebP",
            Self::Gif => "GIF",
        })
    }
}

/// Pixels of 8 bits a channel: one channel (grey), three (red, green, blue), or four with alpha.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) channels: usize,
    pub(super) data: Vec<u8>,
}

impl From<DynamicImage> for Pixels {
    fn from(image: DynamicImage) -> Self {
        let image = eight_bits(image);
        let (width, height) = (image.width() as usize, image.height() as usize);
        let channels = usize::from(image.color().channel_count());
        Self { width, height, channels, data: image.into_bytes() }
    }
}

/// Decodes an image and applies its EXIF orientation.
///
/// # Errors
/// When the bytes are not an image, or the image is damaged or too large.
pub fn decode(bytes: &[u8]) -> Result<Pixels, PreprocessingError> {
    let kind = ImageKind::of(bytes).ok_or(PreprocessingError::NotAnImage)?;
    let corrupt = |_| PreprocessingError::Corrupt(kind);
    if kind == ImageKind::Jpeg && is_cut(bytes) {
        return Err(PreprocessingError::Corrupt(kind));
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), kind.format());
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(corrupt)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || width.max(height) > MAX_SIDE {
        return Err(PreprocessingError::TooLarge { width, height });
    }
    if width == 0 || height == 0 {
        return Err(PreprocessingError::Corrupt(kind)); // a GIF may declare it
    }
    let orientation = decoder.orientation().map_err(corrupt)?;
    let mut image = eight_bits(DynamicImage::from_decoder(decoder).map_err(corrupt)?);
    image.apply_orientation(orientation);
    Ok(image.into())
}

/// The number of pixels in the header of an image; `None` if it is not an image.
#[must_use]
pub fn pixel_count(bytes: &[u8]) -> Option<u64> {
    let kind = ImageKind::of(bytes)?;
    let (width, height) = ImageReader::with_format(Cursor::new(bytes), kind.format()).into_dimensions().ok()?;
    Some(u64::from(width) * u64::from(height))
}

/// The orientation, 2 to 8, that [`decode`] finds in an EXIF block (a TIFF file); `None` if the image is upright.
#[must_use]
pub fn exif_orientation(exif: &[u8]) -> Option<u8> {
    Orientation::from_exif_chunk(exif).map(Orientation::to_exif).filter(|&orientation| orientation > 1)
}

/// Whether a JPEG is truncated: its end marker does not follow its last scan. The decoder would fill the rest with
/// grey.
fn is_cut(bytes: &[u8]) -> bool {
    let last = |marker| bytes.windows(2).rposition(|pair| pair == [0xff, marker]);
    let (end_of_image, start_of_scan) = (last(0xd9), last(0xda));
    end_of_image < start_of_scan
}

/// Converts to eight bits a channel. It runs before the orientation is applied, because that makes a second copy.
fn eight_bits(image: DynamicImage) -> DynamicImage {
    let colour = image.color();
    match (colour.has_alpha(), colour.has_color()) {
        (true, _) => image.into_rgba8().into(),
        (false, true) => image.into_rgb8().into(),
        (false, false) => image.into_luma8().into(),
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    limits
}

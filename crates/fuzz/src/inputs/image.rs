//! Images of digits in every format, often damaged.

use super::{Kind, drawing::Drawings, metadata, png};
use crate::{damage::damage, random::Random, sent::Sent};
use digit::preprocessing::ImageKind;
use image::{DynamicImage, ImageFormat, codecs::jpeg::JpegEncoder};
use std::io::Cursor;

/// The formats, in the order in which their images are stored.
const FORMATS: [ImageFormat; 4] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif];

/// The number of images in each format.
const EACH: u64 = 48;

/// The addresses that accept images, with query parameters.
const ADDRESSES: [&str; 7] = [
    "/predict",
    "/predict/",
    "/predict?include=bitmap",
    "/predict?include=maybe",
    "/predict?model=nobody",
    "/explain",
    "/explain?model=nobody",
];

/// An image with metadata.
#[derive(Debug, Clone)]
pub(crate) struct Photo {
    pub(crate) bytes: Vec<u8>,
    /// Whether the image is undamaged. Then only its metadata contains [`MARKER`](metadata::MARKER).
    pub(crate) is_whole: bool,
}

impl Photo {
    /// Returns whether bytes contain the marker of the metadata.
    pub(crate) fn is_told_by(bytes: &[u8]) -> bool {
        bytes.windows(metadata::MARKER.len()).any(|window| window == metadata::MARKER)
    }
}

/// Undamaged images in every format.
#[derive(Debug)]
pub(crate) struct Pictures([Vec<Vec<u8>>; 4]);

impl Pictures {
    /// Returns the same images in every run.
    pub(super) fn new(drawings: &Drawings) -> anyhow::Result<Self> {
        let mut pictures = [const { Vec::new() }; 4];
        for (format, pictures) in FORMATS.into_iter().zip(&mut pictures) {
            for index in 0..EACH {
                pictures.push(encoded(&mut Random::of(0, index), drawings, format)?);
            }
        }
        Ok(Self(pictures))
    }

    /// Returns a request with an image as the body.
    pub(super) fn input(&self, random: &mut Random, kind: Kind) -> Sent {
        let format = match kind {
            Kind::Jpeg => 1,
            Kind::Webp => 2,
            Kind::Gif => 3,
            _ => 0,
        };
        let bytes = self.bytes(random, format);
        let said = ImageKind::of(&bytes).map_or("image/png", ImageKind::media_type);
        let media_type =
            if random.happens(95) { said } else { random.pick(&["image/gif", "IMAGE/PNG; a=b", "image/"]) };
        Sent::post(address(random), media_type, bytes)
    }

    /// Returns an image for a form.
    pub(super) fn any(&self, random: &mut Random) -> Vec<u8> {
        let format = random.below(FORMATS.len());
        self.bytes(random, format)
    }

    /// Returns an image with metadata, usually damaged.
    pub(super) fn photo(&self, random: &mut Random) -> Photo {
        let format = random.below(FORMATS.len());
        let is_png = FORMATS[format] == ImageFormat::Png;
        let is_made = is_png && random.happens(40);
        let bytes = if is_made { png::made(random) } else { random.pick_from(&self.0[format]).clone() };
        let mut bytes = metadata::planted(random, &bytes);
        let is_damaged = random.happens(60);
        if is_damaged {
            let donor = random.pick_from(&self.0[format]);
            damage(random, &mut bytes, donor);
            if is_png && random.happens(80) {
                png::repair(&mut bytes);
            }
        }
        Photo { bytes, is_whole: !is_made && !is_damaged }
    }

    /// Returns an image of this format, usually damaged.
    fn bytes(&self, random: &mut Random, format: usize) -> Vec<u8> {
        let is_png = FORMATS[format] == ImageFormat::Png;
        let mut bytes =
            if is_png && random.happens(40) { png::made(random) } else { random.pick_from(&self.0[format]).clone() };
        if random.happens(60) {
            let donor = random.pick_from(&self.0[format]);
            damage(random, &mut bytes, donor);
            if is_png && random.happens(80) {
                png::repair(&mut bytes);
            }
        }
        bytes
    }
}

/// Returns an address that accepts images, usually without query parameters.
pub(super) fn address(random: &mut Random) -> &'static str {
    if random.happens(90) { ADDRESSES[0] } else { random.pick(&ADDRESSES) }
}

fn encoded(random: &mut Random, drawings: &Drawings, format: ImageFormat) -> anyhow::Result<Vec<u8>> {
    let side = if random.happens(90) { 8 + random.below(56) } else { 64 + random.below(300) };
    let picture = DynamicImage::from(drawings.picture(random, u32::try_from(side)?));
    let mut bytes = Cursor::new(Vec::new());
    match format {
        ImageFormat::Jpeg => {
            let quality = 5 + random.byte() % 95;
            let picture = if random.happens(50) { picture } else { picture.to_rgb8().into() };
            picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality))?;
        }
        ImageFormat::Png => of_any_kind(random, &picture).write_to(&mut bytes, format)?,
        _ if random.happens(50) => DynamicImage::from(picture.to_rgb8()).write_to(&mut bytes, format)?,
        _ => DynamicImage::from(transparent(&picture)).write_to(&mut bytes, format)?,
    }
    Ok(bytes.into_inner())
}

/// Returns the image with random channels and depths.
fn of_any_kind(random: &mut Random, picture: &DynamicImage) -> DynamicImage {
    match random.below(7) {
        0 => picture.to_luma8().into(),
        1 => picture.to_luma_alpha8().into(),
        2 => picture.to_rgb8().into(),
        3 => transparent(picture).into(),
        4 => picture.to_luma16().into(),
        5 => picture.to_rgb16().into(),
        _ => picture.to_rgba16().into(),
    }
}

/// Returns the image with transparency: the lighter a pixel, the more transparent it is.
fn transparent(picture: &DynamicImage) -> image::RgbaImage {
    let mut picture = picture.to_rgba8();
    picture.pixels_mut().for_each(|pixel| pixel.0[3] = 255 - pixel.0[0]);
    picture
}

//! Pictures of digits in every format, damaged.

use super::{Kind, drawing::Drawings, metadata, png};
use crate::{damage::damage, random::Random, sent::Sent};
use digit::preprocessing::ImageKind;
use image::{DynamicImage, ImageFormat, codecs::jpeg::JpegEncoder};
use std::io::Cursor;

/// The formats, in the order in which their pictures are kept.
const FORMATS: [ImageFormat; 4] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif];

/// How many pictures there are in each format.
const EACH: u64 = 48;

/// The addresses that pictures are sent to, with their query parameters.
const ADDRESSES: [&str; 7] = [
    "/predict",
    "/predict/",
    "/predict?include=bitmap",
    "/predict?include=maybe",
    "/predict?model=nobody",
    "/explain",
    "/explain?model=nobody",
];

/// A picture that holds metadata.
#[derive(Debug, Clone)]
pub(crate) struct Photo {
    pub(crate) bytes: Vec<u8>,
    /// Whether it is whole, and [`MARKER`](metadata::MARKER) stands in its metadata alone.
    pub(crate) is_whole: bool,
}

impl Photo {
    /// Whether bytes hold what the metadata says.
    pub(crate) fn is_told_by(bytes: &[u8]) -> bool {
        bytes.windows(metadata::MARKER.len()).any(|window| window == metadata::MARKER)
    }
}

/// Whole pictures in every format.
#[derive(Debug)]
pub(crate) struct Pictures([Vec<Vec<u8>>; 4]);

impl Pictures {
    /// The same pictures in every run.
    pub(super) fn new(drawings: &Drawings) -> anyhow::Result<Self> {
        let mut pictures = [const { Vec::new() }; 4];
        for (format, pictures) in FORMATS.into_iter().zip(&mut pictures) {
            for index in 0..EACH {
                pictures.push(encoded(&mut Random::of(0, index), drawings, format)?);
            }
        }
        Ok(Self(pictures))
    }

    /// A picture that is posted as it is.
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

    /// A picture in a form.
    pub(super) fn any(&self, random: &mut Random) -> Vec<u8> {
        let format = random.below(FORMATS.len());
        self.bytes(random, format)
    }

    /// A picture with metadata, more often damaged than not.
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

    /// A picture of this format, more often damaged than not.
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

/// An address that takes a picture, and mostly nothing but the address.
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

/// The same picture with other channels of other depths.
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

/// The same picture where the darker a pixel is, the less of it shows through.
fn transparent(picture: &DynamicImage) -> image::RgbaImage {
    let mut picture = picture.to_rgba8();
    picture.pixels_mut().for_each(|pixel| pixel.0[3] = 255 - pixel.0[0]);
    picture
}

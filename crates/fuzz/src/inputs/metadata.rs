//! Metadata in images of every format, as cameras and programs write it.

use super::png::chunk as png_chunk;
use crate::random::Random;
use digit::preprocessing::ImageKind;
use image::ImageReader;
use std::io::Cursor;

/// The text in all metadata; no image contains it elsewhere.
pub(super) const MARKER: &[u8] = b"52.5163 N 13.3777 E";

/// The position after a PNG's header chunk.
const BEHIND_PNG_HEADER: usize = 33;

/// Returns the image with metadata in one to three places.
pub(super) fn planted(random: &mut Random, picture: &[u8]) -> Vec<u8> {
    let mut picture = picture.to_vec();
    let kind = ImageKind::of(&picture);
    for _ in 0..=random.below(3) {
        match kind {
            _ if random.happens(20) => picture.extend_from_slice(MARKER),
            Some(ImageKind::Jpeg) => insert(&mut picture, 2, &segment(random)),
            Some(ImageKind::Png) => insert(&mut picture, BEHIND_PNG_HEADER, &chunk(random)),
            Some(ImageKind::Webp) if picture[12..].starts_with(b"VP8X") => {}
            Some(ImageKind::Webp) => picture = extended(random, &picture),
            Some(ImageKind::Gif) => {
                let palette = if picture[10] & 0x80 == 0 { 0 } else { 3 << ((picture[10] & 7) + 1) };
                insert(&mut picture, 13 + palette, &extension(random));
            }
            None => {}
        }
    }
    picture
}

fn insert(picture: &mut Vec<u8>, place: usize, metadata: &[u8]) {
    let place = place.min(picture.len());
    picture.splice(place..place, metadata.iter().copied());
}

/// Returns an EXIF block with the marker and an orientation, usually a valid one.
fn exif(random: &mut Random) -> Vec<u8> {
    let orientation = u8::try_from(random.below(10)).unwrap_or(1);
    let length = u8::try_from(MARKER.len()).unwrap_or(0);
    let head: [&[u8]; 3] = if random.happens(50) {
        [
            b"MM\0*\0\0\0\x08\0\x02",
            &[1, 0x0f, 0, 2, 0, 0, 0, length, 0, 0, 0, 38],
            &[1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0],
        ]
    } else {
        [
            b"II*\0\x08\0\0\0\x02\0",
            &[0x0f, 1, 2, 0, length, 0, 0, 0, 38, 0, 0, 0],
            &[0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0],
        ]
    };
    [&head.concat(), &[0; 4][..], MARKER].concat()
}

fn segment(random: &mut Random) -> Vec<u8> {
    let (marker, payload): (u8, Vec<u8>) = match random.below(8) {
        0..=2 => (0xe1, [b"Exif\0\0", &exif(random)[..]].concat()),
        3 => (0xe1, [b"http://ns.adobe.com/xap/1.0/\0", MARKER].concat()),
        4 => (0xe2, [b"MPF\0", MARKER].concat()),
        5 => (0xed, [b"Photoshop 3.0\0", MARKER].concat()),
        6 => (0xfe, MARKER.to_vec()),
        _ => (0xe0 + random.byte() % 14, MARKER.to_vec()),
    };
    let length = u16::try_from(payload.len() + 2).unwrap_or(u16::MAX);
    [&[0xff, marker][..], &length.to_be_bytes(), &payload].concat()
}

fn chunk(random: &mut Random) -> Vec<u8> {
    let (kind, data): ([u8; 4], Vec<u8>) = match random.below(5) {
        0 | 1 => (*b"eXIf", exif(random)),
        2 => (*b"tEXt", [b"Comment\0", MARKER].concat()),
        3 => (*b"iTXt", [b"XML:com.adobe.xmp\0\0\0\0\0", MARKER].concat()),
        _ => (*b"prVt", MARKER.to_vec()),
    };
    let mut chunk = Vec::new();
    png_chunk(&mut chunk, kind, &data);
    chunk
}

/// Converts a simple WebP to an extended one, or appends a chunk that is not part of the image.
fn extended(random: &mut Random, webp: &[u8]) -> Vec<u8> {
    let riff = |chunks: &[u8]| riff_chunk(*b"RIFF", &[b"WEBP", chunks].concat());
    let xmp = riff_chunk(*b"XMP ", MARKER);
    let size = ImageReader::with_format(Cursor::new(webp), image::ImageFormat::WebP).into_dimensions();
    let Ok((width, height)) = size else { return webp.to_vec() };
    if random.happens(20) {
        return riff(&[&webp[12..], &xmp].concat());
    }
    let alpha = if random.happens(50) { 0b1_0000 } else { 0 };
    let [width, height] = [width, height].map(|side| (side - 1).to_le_bytes());
    let header = [&[0b1100 | alpha, 0, 0, 0][..], &width[..3], &height[..3]].concat();
    let exif = riff_chunk(*b"EXIF", &exif(random));
    let unknown = riff_chunk(*b"odd!", MARKER);
    riff(&[&riff_chunk(*b"VP8X", &header)[..], &unknown, &webp[12..], &exif, &xmp].concat())
}

fn riff_chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let mut chunk = [&kind[..], &length.to_le_bytes(), data].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

fn extension(random: &mut Random) -> Vec<u8> {
    let length = u8::try_from(MARKER.len()).unwrap_or(0);
    let (label, name): (u8, &[u8]) = random.pick(&[
        (0xfe, b""),
        (0xff, b"\x0bXMP DataXMP"),
        (0xff, b"\x0bICCRGBG1012"),
        (0xff, b"\x0bNETSCAPE2.0\x03\x01\0\0"),
        (0x01, b"\x0c\0\0\0\0\0\0\0\0\0\0\0\0"),
    ]);
    [&[0x21, label][..], name, &[length], MARKER, &[0]].concat()
}

//! Tests that put metadata into every part of an image file that can hold it. Stripping removes all metadata and keeps
//! the pixels.

mod gif;
mod jpeg;
mod png;
mod webp;

use super::strip;
use digit::preprocessing::{self, PreprocessingError};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Luma, RgbaImage};
use std::{io::Cursor, path::Path};
use wire::Input;

/// The metadata of the test images. No stripped image may hold it.
const MARKER: &[u8] = b"52.5163 N 13.3777 E, Mary's camera";

/// Reads an image file of these tests, of the tests of `digit`, or of the examples.
fn picture(name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["src/metadata/tests/pictures", "../digit/tests/pictures", "../../examples"];
    let found = folders.iter().find_map(|folder| std::fs::read(root.join(folder).join(name)).ok());
    found.unwrap_or_else(|| panic!("there is no {name}"))
}

fn try_stripped(bytes: &[u8]) -> Result<Vec<u8>, PreprocessingError> {
    Ok(strip(Input::image(bytes.to_vec().into()).unwrap())?.input().bytes().to_vec())
}

/// Strips an image, and checks the properties that every stripped image has.
#[track_caller]
fn stripped(bytes: &[u8]) -> Vec<u8> {
    let stripped = try_stripped(bytes).unwrap();
    assert!(!holds(&stripped, MARKER), "the stripped image holds metadata");
    assert_eq!(try_stripped(&stripped).unwrap(), stripped, "stripping again changes the image");
    assert_eq!(decoded(&stripped), decoded(bytes), "the pixels differ");
    assert_eq!(preprocessing::from_image(&stripped), preprocessing::from_image(bytes));
    stripped
}

/// Decodes the first frame and applies its orientation.
fn decoded(bytes: &[u8]) -> DynamicImage {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap();
    let mut decoder = reader.into_decoder().unwrap();
    let orientation = decoder.orientation().unwrap();
    let mut image = DynamicImage::from_decoder(decoder).unwrap();
    image.apply_orientation(orientation);
    image
}

/// Returns the EXIF orientation of an image, from 1 to 8.
fn orientation(bytes: &[u8]) -> u8 {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap();
    reader.into_decoder().unwrap().orientation().unwrap().to_exif()
}

/// Returns the ICC profile of an image.
fn profile_of(bytes: &[u8]) -> Option<Vec<u8>> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap();
    reader.into_decoder().unwrap().icc_profile().unwrap()
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// Returns an EXIF block like a phone's, in either byte order: orientation, maker, a GPS directory and a thumbnail.
fn exif(orientation: u8, is_big: bool) -> Vec<u8> {
    let short = |number: u16| if is_big { number.to_be_bytes() } else { number.to_le_bytes() };
    let long = |number: u32| if is_big { number.to_be_bytes() } else { number.to_le_bytes() };
    let entry = |tag, kind, count, value: [u8; 4]| [&short(tag)[..], &short(kind), &long(count), &value].concat();
    let [high, low] = short(orientation.into());
    let length = u32::try_from(MARKER.len()).unwrap();
    [
        if is_big { &b"MM\0*"[..] } else { b"II*\0" },
        &long(8),
        &short(3),
        &entry(0x010f, 2, length, long(68)), // Make
        &entry(0x0112, 3, 1, [high, low, 0, 0]),
        &entry(0x8825, 4, 1, long(50)), // GPS directory
        &long(0),
        &short(1),
        &entry(0x001d, 2, length, long(68)), // GPS date
        &long(0),
        MARKER,
        &jpeg::thumbnail(),
    ]
    .concat()
}

/// Returns an ICC profile with a valid length and signature.
fn profile(length: usize) -> Vec<u8> {
    let mut profile: Vec<u8> = (0..length).map(|index| u8::try_from(index % 251).unwrap()).collect();
    profile[..4].copy_from_slice(&u32::try_from(length).unwrap().to_be_bytes());
    profile[36..40].copy_from_slice(b"acsp");
    profile
}

/// Draws a 7, because it looks different in every orientation.
fn seven() -> DynamicImage {
    let is_pen =
        |x: u32, y: u32| (8..12).contains(&y) && (8..30).contains(&x) || (8..40).contains(&y) && (26..30).contains(&x);
    GrayImage::from_fn(40, 48, |x, y| Luma([if is_pen(x, y) { 20 } else { 240 }])).into()
}

/// Draws the same 7 on a transparent background.
fn transparent_seven() -> DynamicImage {
    let mut image: RgbaImage = seven().into_rgba8();
    image.pixels_mut().for_each(|pixel| pixel.0[3] = 255 - pixel.0[0]);
    image.into()
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    // The GIF encoder accepts only colour.
    let coloured = (format == ImageFormat::Gif && !image.color().has_color()).then(|| image.to_rgb8().into());
    coloured.as_ref().unwrap_or(image).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn images_without_metadata_keep_their_length() {
    for name in [
        "eight.jpg",
        "eight.png",
        "eight.webp",
        "eight.gif",
        "cmyk.jpg",
        "progressive.jpg",
        "sixteen-bit.png",
        "palette.png",
        "one-bit.png",
        "transparent.png",
        "colour.webp",
        "alpha.webp",
        "animation.png",
        "animation.webp",
        "animation.gif",
    ] {
        let whole = picture(name);
        assert_eq!(stripped(&whole).len(), whole.len(), "{name}");
    }
}

#[test]
fn strokes_and_pixels_do_not_change() {
    let json = picture("eight.json");
    let input = Input::json(json.clone().into()).unwrap();
    assert_eq!(strip(input).unwrap().input().bytes().to_vec(), json);
}

#[test]
fn stripping_a_truncated_file_does_not_change_the_decoded_image() {
    for name in
        ["eight.jpg", "eight.png", "eight.webp", "eight.gif", "progressive.jpg", "animation.webp", "animation.gif"]
    {
        let whole = picture(name);
        let expected = decoded(&whole);
        for end in (12..whole.len()).step_by(7) {
            let cut = &whole[..end];
            match (preprocessing::decode(cut), try_stripped(cut)) {
                (Err(_), Ok(stripped)) => assert!(preprocessing::decode(&stripped).is_err(), "{name} up to {end}"),
                (Err(_), Err(_)) => {}
                (Ok(_), Ok(_)) => drop(stripped(cut)),
                (Ok(_), Err(error)) => panic!("{name} up to {end}: {error}"),
            }
        }
        assert_eq!(decoded(&stripped(&whole)), expected);
    }
}

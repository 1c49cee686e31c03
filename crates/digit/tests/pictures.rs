//! The same hand-drawn 4 in many file formats gives the same bitmap.

use digit::{
    Bitmap,
    preprocessing::{self, ImageKind, PreprocessingError},
};
use std::{fs, path::Path};

fn bytes(file: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(file)).unwrap()
}

fn bitmap(file: &str) -> Bitmap {
    preprocessing::from_image(&bytes(file)).unwrap_or_else(|error| panic!("{file}: {error}")).bitmap
}

/// The difference of two bitmaps, as a share of the foreground of the first.
fn difference(a: &Bitmap, b: &Bitmap) -> f32 {
    let differing: f32 = a.unit().zip(b.unit()).map(|(a, b)| (a - b).abs()).sum();
    differing / a.unit().sum::<f32>()
}

#[test]
fn every_file_format_gives_the_same_bitmap() {
    let expected = bitmap("grey.png");
    for (file, tolerance) in [
        ("sixteen-bit.png", 0.001),
        ("palette.png", 0.15), // eight colours
        ("one-bit.png", 0.2),  // dithered
        ("transparent.png", 0.1),
        ("light-on-dark.gif", 0.05),
        ("cmyk.jpg", 0.1),
        ("progressive.jpg", 0.1),
        ("colour.webp", 0.1),
    ] {
        let found = bitmap(file);
        let off = difference(&expected, &found);
        assert!(off <= tolerance, "{file} is {off} off\n{expected:?}{found:?}");
    }
}

#[test]
fn the_exif_orientation_of_a_photo_is_applied() {
    let (expected, found) = (bitmap("grey.png"), bitmap("turned.jpg"));
    let off = difference(&expected, &found);
    assert!(off <= 0.1, "{off} off\n{expected:?}{found:?}");
}

#[test]
fn the_image_of_a_bitmap_gives_the_same_bitmap() {
    let four = bitmap("grey.png");
    let off = difference(&four, &preprocessing::from_image(&four.to_png()).unwrap().bitmap);
    assert!(off <= 0.05, "{off} off");
}

#[test]
fn an_image_without_width_or_height_is_damaged() {
    for side in [6..8, 8..10] {
        let mut gif = bytes("light-on-dark.gif");
        gif[side].fill(0);
        assert_eq!(preprocessing::from_image(&gif), Err(PreprocessingError::Corrupt(ImageKind::Gif)));
    }
}

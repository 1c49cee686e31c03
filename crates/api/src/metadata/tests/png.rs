//! PNG.

use super::{
    super::png::written, MARKER, encoded, exif, holds, orientation, picture, profile, profile_of, seven, stripped,
    transparent_seven, try_stripped,
};
use flate2::{Compression, write::ZlibEncoder};
use image::ImageFormat;
use std::io::Write;

/// The position of the first chunk after the header.
const BEHIND_HEADER: usize = 33;

fn chunk(kind: [u8; 4], data: &[&[u8]]) -> Vec<u8> {
    written(kind, &data.concat())
}

/// The image with these chunks after its header.
fn with(png: &[u8], chunks: &[u8]) -> Vec<u8> {
    [&png[..BEHIND_HEADER], chunks, &png[BEHIND_HEADER..]].concat()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// The kinds of the chunks of an image.
fn kinds(mut png: &[u8]) -> Vec<String> {
    let mut kinds = Vec::new();
    png = &png[8..];
    while let [a, b, c, d, rest @ ..] = png {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        kinds.push(String::from_utf8_lossy(&rest[..4]).into_owned());
        png = &rest[length + 8..];
    }
    kinds
}

#[test]
fn every_orientation_stays_in_a_new_block() {
    let plain = encoded(&seven(), ImageFormat::Png);
    for is_big in [false, true] {
        for turn in 1..=8 {
            let found = stripped(&with(&plain, &chunk(*b"eXIf", &[&exif(turn, is_big)])));
            assert_eq!((orientation(&found), found.len() - plain.len()), (turn, if turn == 1 { 0 } else { 38 }));
        }
    }
}

#[test]
fn metadata_in_every_place_of_a_png_is_dropped() {
    for image in [seven(), seven().into_luma16().into(), seven().into_rgb8().into(), transparent_seven()] {
        let plain = encoded(&image, ImageFormat::Png);
        for planted in [
            chunk(*b"tEXt", &[b"Comment\0", MARKER]),
            chunk(*b"zTXt", &[b"Comment\0\0", &zlib(MARKER)]),
            chunk(*b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", MARKER]),
            chunk(*b"tIME", &[&[7, 234, 1, 2, 3, 4, 5]]),
            chunk(*b"pHYs", &[&[0; 9]]),
            chunk(*b"sPLT", &[b"name\0\x08", MARKER]),
            chunk(*b"hIST", &[&[0; 4]]),
            chunk(*b"bKGD", &[&[0; 2]]),
            chunk(*b"sBIT", &[&[8]]),
            chunk(*b"prVt", &[MARKER]),
            chunk(*b"gAMA", &[MARKER]),
            chunk(*b"acTL", &[MARKER]),
            chunk(*b"iCCP", &[b"name\0\0", &zlib(MARKER)]),
        ] {
            assert_eq!(stripped(&with(&plain, &planted)), plain);
        }
        let end = plain.len() - 12;
        let between = [&plain[..end], &chunk(*b"tEXt", &[b"Comment\0", MARKER]), &plain[end..]].concat();
        assert_eq!(stripped(&between), plain);
        assert_eq!(stripped(&[&plain[..], MARKER].concat()), plain);
        assert_eq!(stripped(&[&plain[..end], MARKER].concat()), plain, "as the decoder, which reads no further");
    }
}

#[test]
fn the_colour_space_stays_and_a_profile_loses_its_name() {
    let plain = encoded(&seven(), ImageFormat::Png);
    let profile = profile(3000);
    let packed = [&zlib(&[&profile[..], MARKER].concat())[..], MARKER].concat();
    let chunks = [
        chunk(*b"gAMA", &[&45455_u32.to_be_bytes()]),
        chunk(*b"cHRM", &[&[0; 32]]),
        chunk(*b"sRGB", &[&[0]]),
        chunk(*b"cICP", &[&[9, 16, 0, 1]]),
        chunk(*b"iCCP", &[MARKER, b"\0\0", &packed]),
    ];
    let found = stripped(&with(&plain, &chunks.concat()));
    assert_eq!(profile_of(&found), Some(profile));
    assert!(holds(&found, b"iCCPICC profile\0\0"));
    let expected = ["IHDR", "gAMA", "cHRM", "sRGB", "cICP", "iCCP", "IDAT", "IEND"];
    assert_eq!(kinds(&found), expected);
    // Repeated chunks are dropped.
    assert_eq!(stripped(&with(&found, &chunks.concat())), found);
}

#[test]
fn a_profile_that_decompresses_to_too_many_bytes_is_dropped() {
    let plain = encoded(&seven(), ImageFormat::Png);
    let bomb = zlib(&profile(20_000_000));
    assert!(bomb.len() < 1_000_000);
    assert_eq!(try_stripped(&with(&plain, &chunk(*b"iCCP", &[b"name\0\0", &bomb]))).unwrap(), plain);
}

#[test]
fn a_chunk_with_a_wrong_checksum_is_dropped() {
    let plain = encoded(&seven(), ImageFormat::Png);
    for planted in [chunk(*b"gAMA", &[&45455_u32.to_be_bytes()]), chunk(*b"eXIf", &[&exif(6, true)])] {
        let mut planted = planted;
        *planted.last_mut().unwrap() ^= 1;
        assert_eq!(stripped(&with(&plain, &planted)), plain);
    }
}

#[test]
fn transparency_and_palettes_stay() {
    for name in ["palette.png", "one-bit.png", "transparent.png"] {
        let whole = picture(name);
        let kept: Vec<_> =
            kinds(&whole).into_iter().filter(|kind| !["tEXt", "bKGD", "pHYs"].contains(&&kind[..])).collect();
        assert_eq!(kinds(&stripped(&whole)), kept, "{name}");
    }
    let plain = encoded(&seven(), ImageFormat::Png);
    let found = stripped(&with(&plain, &chunk(*b"tRNS", &[&[0, 240], MARKER])));
    assert_eq!(found.len(), plain.len() + 14);
}

#[test]
fn an_animation_keeps_its_frames_and_its_loop() {
    let whole = picture("animation.png");
    let frames = kinds(&whole);
    assert!(frames.contains(&"acTL".to_owned()) && frames.contains(&"fdAT".to_owned()));
    let mut planted = with(&whole, &chunk(*b"tEXt", &[b"Comment\0", MARKER]));
    let last = planted.windows(4).rposition(|kind| kind == b"fcTL").unwrap() - 4;
    planted.splice(last..last, chunk(*b"tEXt", &[b"Comment\0", MARKER]));
    assert_eq!(kinds(&stripped(&planted)), frames);
    // Frames after the pixels of a still image are dropped.
    let still = encoded(&seven(), ImageFormat::Png);
    let end = still.len() - 12;
    let odd = [&still[..end], &chunk(*b"fdAT", &[MARKER]), &still[end..]].concat();
    assert_eq!(stripped(&odd), still);
}

#[test]
fn an_invalid_structure_is_rejected() {
    let plain = encoded(&seven(), ImageFormat::Png);
    let end = plain.len() - 12;
    let no_header = [&plain[..8], &plain[BEHIND_HEADER..]].concat();
    let no_pixels = [&plain[..BEHIND_HEADER], &plain[end..]].concat();
    let critical = with(&plain, &chunk(*b"CgBI", &[MARKER]));
    for damaged in [&plain[..20], &plain[..end], &plain[..end + 7], &no_header, &no_pixels, &critical] {
        assert!(try_stripped(damaged).is_err());
    }
}

//! GIF.

use super::{MARKER, encoded, holds, picture, seven, stripped, transparent_seven, try_stripped};
use image::{AnimationDecoder, ImageFormat, codecs::gif::GifDecoder};
use std::io::Cursor;

/// An extension with this label and these sub-blocks.
fn extension(label: u8, blocks: &[&[u8]]) -> Vec<u8> {
    let blocks = blocks.iter().flat_map(|block| [&[u8::try_from(block.len()).unwrap()][..], block].concat());
    [0x21, label].into_iter().chain(blocks).chain([0]).collect()
}

/// The position of the first block, after the palette.
fn first_block(gif: &[u8]) -> usize {
    13 + if gif[10] & 0x80 == 0 { 0 } else { 3 << ((gif[10] & 7) + 1) }
}

/// The image with these blocks before its first one.
fn with(gif: &[u8], blocks: &[u8]) -> Vec<u8> {
    let place = first_block(gif);
    [&gif[..place], blocks, &gif[place..]].concat()
}

fn frames(gif: &[u8]) -> Vec<image::RgbaImage> {
    let frames = GifDecoder::new(Cursor::new(gif)).unwrap().into_frames().collect_frames().unwrap();
    frames.into_iter().map(image::Frame::into_buffer).collect()
}

#[test]
fn metadata_in_every_place_of_a_gif_is_dropped() {
    for image in [seven(), transparent_seven()] {
        let plain = encoded(&image, ImageFormat::Gif);
        let expected = stripped(&plain);
        for planted in [
            extension(0xfe, &[MARKER, MARKER]),
            extension(0x01, &[&[0; 12], MARKER]),
            extension(0xff, &[b"XMP DataXMP", MARKER]),
            extension(0xff, &[b"ICCRGBG1012", MARKER]),
            extension(0xff, &[b"NETSCAPE2.0", b"\x02\0\0\0\0", MARKER]),
            extension(0xff, &[MARKER]),
            extension(0xff, &[]),
            extension(0xfe, &[]),
        ] {
            assert_eq!(stripped(&with(&plain, &planted)), expected);
            let behind = [&plain[..plain.len() - 1], &planted, &[0x3b]].concat();
            assert_eq!(stripped(&behind), expected);
        }
        assert_eq!(stripped(&[&plain[..], MARKER].concat()), expected);
        assert_eq!(stripped(&[&plain[..plain.len() - 1], MARKER].concat()), expected, "no trailer");
    }
}

#[test]
fn an_animation_keeps_its_frames_its_timing_and_its_loop() {
    let whole = picture("animation.gif");
    let (last, expected) = (whole.len() - 1, frames(&whole));
    assert_eq!(expected.len(), 2);
    let comment = extension(0xfe, &[MARKER]);
    let found = stripped(&[&with(&whole[..last], &comment)[..], &comment, &[0x3b]].concat());
    assert_eq!(frames(&found), expected);
    assert!(holds(&found, b"\x0bNETSCAPE2.0\x03\x01\x03\0\0"));
    // A truncated frame is dropped.
    let cut = stripped(&whole[..last - 3]);
    assert_eq!(frames(&cut), &expected[..1]);
}

#[test]
fn the_last_control_before_a_frame_counts_and_its_unused_fields_are_cleared() {
    let plain = encoded(&seven(), ImageFormat::Gif);
    let place = first_block(&plain);
    let without =
        if plain[place..].starts_with(&[0x21, 0xf9]) { [&plain[..place], &plain[place + 8..]].concat() } else { plain };
    let controls = [extension(0xf9, &[b"\x01abc"]), extension(0xf9, &[b"\xe4\x05\x06x"])].concat();
    let found = stripped(&with(&without, &controls));
    assert_eq!(&found[place..place + 8], b"\x21\xf9\x04\x04\x05\x06\0\0");
    assert_eq!(found.len(), without.len() + 8);
}

#[test]
fn an_invalid_structure_is_rejected() {
    let plain = encoded(&seven(), ImageFormat::Gif);
    let place = first_block(&plain);
    let no_frame = [&plain[..place], &[0x3b]].concat();
    let odd_block = with(&plain, &[0x42]);
    let odd_control = with(&plain, &extension(0xf9, &[b"odd"]));
    for damaged in [&plain[..12], &plain[..place], &no_frame, &odd_block, &odd_control] {
        assert!(try_stripped(damaged).is_err());
    }
}

//! Tests that strip WebP images.

use super::{
    super::webp::write_chunk, MARKER, encoded, exif, orientation, picture, profile, profile_of, seven, stripped,
    transparent_seven, try_stripped,
};
use image::ImageFormat;

fn chunk(kind: [u8; 4], data: &[&[u8]]) -> Vec<u8> {
    let mut chunk = Vec::new();
    write_chunk(&mut chunk, kind, &data.concat());
    chunk
}

fn riff(chunks: &[u8]) -> Vec<u8> {
    chunk(*b"RIFF", &[b"WEBP", chunks])
}

/// Returns the image as an extended file with these flags, and with chunks before and after its pixels.
fn extended(webp: &[u8], flags: u8, before: &[u8], after: &[u8]) -> Vec<u8> {
    let image = image::load_from_memory(webp).unwrap();
    let side = |pixels: u32| (pixels - 1).to_le_bytes();
    let header = [&[flags, 0, 0, 0][..], &side(image.width())[..3], &side(image.height())[..3]].concat();
    riff(&[&chunk(*b"VP8X", &[&header])[..], before, &webp[12..], after].concat())
}

#[test]
fn every_orientation_is_kept_in_a_new_exif_block() {
    let plain = encoded(&seven(), ImageFormat::WebP);
    for is_big in [false, true] {
        for turn in 1..=8 {
            let found = stripped(&extended(&plain, 0b1000, &[], &chunk(*b"EXIF", &[&exif(turn, is_big)])));
            assert_eq!(orientation(&found), turn);
            assert_eq!(found[20], if turn == 1 { 0 } else { 0b1000 });
            assert_eq!(found.len() - plain.len(), if turn == 1 { 18 } else { 52 });
        }
    }
}

#[test]
fn metadata_in_every_chunk_of_a_webp_is_removed_with_its_flag() {
    for image in [seven(), transparent_seven()] {
        let plain = encoded(&image, ImageFormat::WebP);
        let alpha = if image.color().has_alpha() { 0b1_0000 } else { 0 };
        let expected = stripped(&extended(&plain, alpha, &[], &[]));
        let xmp = chunk(*b"XMP ", &[MARKER]);
        let unknown = chunk(*b"odd!", &[MARKER]);
        let invalid_profile = chunk(*b"ICCP", &[MARKER]);
        let second_image = chunk(*b"VP8L", &[MARKER]);
        assert_eq!(stripped(&extended(&plain, alpha | 0b0100, &[], &xmp)), expected);
        assert_eq!(stripped(&extended(&plain, alpha | 0b1100_0001, &unknown, &unknown)), expected);
        assert_eq!(stripped(&extended(&plain, alpha | 0b10_0000, &invalid_profile, &second_image)), expected);
        let with_trailer = [&extended(&plain, alpha, &[], &[])[..], MARKER, MARKER].concat();
        assert_eq!(stripped(&with_trailer), expected);
        // The simple format holds only pixels.
        assert_eq!(stripped(&riff(&[&plain[12..], &xmp].concat())), plain);
        assert_eq!(stripped(&[&plain[..], MARKER].concat()), plain);
    }
}

#[test]
fn reserved_bits_and_padding_are_cleared() {
    let plain = encoded(&seven(), ImageFormat::WebP);
    let mut marked = extended(&plain, 0b10_0000, &chunk(*b"ICCP", &[&profile(301)]), &[]);
    let expected = marked.clone();
    marked[20] |= 0b1100_0001;
    marked[21..24].fill(b'x');
    let padding = 30 + 8 + 301;
    assert_eq!(marked[padding], 0);
    marked[padding] = b'x';
    assert_eq!(stripped(&marked), expected);
}

#[test]
fn an_icc_profile_is_kept_without_the_bytes_after_it() {
    let plain = encoded(&seven(), ImageFormat::WebP);
    let profile = profile(3001);
    let found = stripped(&extended(&plain, 0b10_0000, &chunk(*b"ICCP", &[&profile, MARKER]), &[]));
    assert_eq!((profile_of(&found), found[20]), (Some(profile), 0b10_0000));
}

#[test]
fn an_animation_keeps_its_frames_and_its_loop() {
    let whole = picture("animation.webp");
    let xmp = chunk(*b"XMP ", &[MARKER]);
    let mut marked = whole.clone();
    marked[20] |= 0b0100;
    marked.extend(xmp);
    let size = u32::try_from(marked.len() - 8).unwrap();
    marked[4..8].copy_from_slice(&size.to_le_bytes());
    assert_eq!(stripped(&marked), whole);

    // Stripping removes a chunk after the pixels of a frame.
    let start = whole.windows(4).position(|kind| kind == b"ANMF").unwrap();
    let length = usize::from(whole[start + 4]);
    let frame = &whole[start + 8..start + 8 + length];
    let marked = chunk(*b"ANMF", &[frame, &chunk(*b"odd!", &[MARKER])]);
    let marked = riff(&[&whole[12..start], &marked, &whole[start + 8 + length..]].concat());
    assert_eq!(stripped(&marked), whole);
}

#[test]
fn an_invalid_structure_is_rejected() {
    let plain = encoded(&seven(), ImageFormat::WebP);
    let no_image = riff(&chunk(*b"ICCP", &[MARKER]));
    let empty = extended(&riff(&[]).into_iter().chain(plain[12..].iter().copied()).collect::<Vec<_>>(), 0b10, &[], &[]);
    let cut_exif = extended(&plain, 0b1000, &[], &chunk(*b"EXIF", &[&exif(6, true)]));
    let without_exif = extended(&plain, 0b1000, &[], &[]);
    let cut_exif = &cut_exif[..cut_exif.len() - 9];
    for damaged in [&plain[..16], &no_image, &empty, cut_exif, &without_exif] {
        assert!(try_stripped(damaged).is_err());
    }
}

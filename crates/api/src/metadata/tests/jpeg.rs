//! JPEG.

use super::{MARKER, encoded, exif, holds, orientation, picture, profile, profile_of, seven, stripped, try_stripped};
use image::ImageFormat;

fn segment(marker: u8, payload: &[&[u8]]) -> Vec<u8> {
    let payload = payload.concat();
    let length = u16::try_from(payload.len() + 2).unwrap();
    [&[0xff, marker][..], &length.to_be_bytes(), &payload].concat()
}

/// The image with these segments before all others.
fn with(jpeg: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    [&jpeg[..2], &segments.concat(), &jpeg[2..]].concat()
}

/// A JPEG with a comment, as the thumbnail of an EXIF block.
pub(super) fn thumbnail() -> Vec<u8> {
    with(&encoded(&seven(), ImageFormat::Jpeg), &[segment(0xfe, &[MARKER])])
}

#[test]
fn a_photo_keeps_its_orientation_and_loses_all_other_metadata() {
    let photo = encoded(&seven(), ImageFormat::Jpeg);
    for is_big in [false, true] {
        for turn in 0..=9 {
            let exif = exif(turn, is_big);
            let found = stripped(&with(&photo, &[segment(0xe1, &[b"Exif\0\0", &exif])]));
            let expected = if (1..=8).contains(&turn) { turn } else { 1 };
            assert_eq!(orientation(&found), expected);
            assert_eq!(found.len() - stripped(&photo).len(), if expected == 1 { 0 } else { 36 });
        }
    }
}

#[test]
fn metadata_in_every_place_of_a_jpeg_is_dropped() {
    let photo = encoded(&seven(), ImageFormat::Jpeg);
    let namespace = b"http://ns.adobe.com/xap/1.0/\0";
    let extended = b"http://ns.adobe.com/xmp/extension/\0";
    let sequence = [[0xff; 40]; 1].concat();
    for (name, segments) in [
        ("XMP", vec![segment(0xe1, &[namespace, MARKER])]),
        ("extended XMP", vec![segment(0xe1, &[extended, &sequence, MARKER])]),
        ("a comment", vec![segment(0xfe, &[MARKER])]),
        ("a JFXX thumbnail", vec![segment(0xe0, &[b"JFXX\0\x10", &thumbnail()])]),
        ("a JFIF thumbnail", vec![segment(0xe0, &[b"JFIF\0\x01\x02\0\0\x01\0\x01\x08\x08", MARKER])]),
        ("MPF", vec![segment(0xe2, &[b"MPF\0", MARKER])]),
        ("FlashPix", vec![segment(0xe2, &[b"FPXR\0", MARKER])]),
        ("IPTC", vec![segment(0xed, &[b"Photoshop 3.0\0", MARKER])]),
        ("behind Adobe's fields", vec![segment(0xee, &[b"Adobe\0\x64\0\0\0\0\x01", MARKER])]),
        ("unknown APP14", vec![segment(0xee, &[MARKER])]),
        ("no profile", vec![segment(0xe2, &[b"ICC_PROFILE\0\x01\x01", MARKER])]),
        (
            "two EXIF blocks",
            vec![segment(0xe1, &[b"Exif\0\0", &exif(3, true)]), segment(0xe1, &[b"Exif\0\0", &exif(6, false)])],
        ),
        ("between segments", vec![segment(0xfe, &[]), MARKER.to_vec()]),
    ] {
        let found = stripped(&with(&photo, &segments));
        assert!(found.len() <= photo.len() + 36, "{name}");
    }
    for number in 3..=15 {
        stripped(&with(&photo, &[segment(0xe0 + number, &[MARKER])]));
    }
}

#[test]
fn a_video_or_an_image_after_the_end_is_dropped() {
    let photo = encoded(&seven(), ImageFormat::Jpeg);
    for second in [MARKER.to_vec(), thumbnail(), [b"\0\0\0\x18ftypmp42", MARKER].concat()] {
        assert_eq!(stripped(&[&photo[..], &second].concat()), stripped(&photo));
    }
}

#[test]
fn comments_between_scans_are_dropped_and_every_scan_stays() {
    let whole = picture("progressive.jpg");
    let scans: Vec<usize> = (0..whole.len()).filter(|&place| whole[place..].starts_with(&[0xff, 0xda])).collect();
    assert!(scans.len() > 2);
    let mut commented = whole.clone();
    for &scan in scans.iter().skip(1).rev() {
        commented.splice(scan..scan, segment(0xfe, &[MARKER]));
    }
    assert_eq!(stripped(&commented), stripped(&whole));
}

#[test]
fn adobes_segment_keeps_only_its_colour_transform() {
    let cmyk = picture("cmyk.jpg");
    assert!(holds(&stripped(&cmyk), b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0"));
    let photo = encoded(&image::DynamicImage::from(seven().into_rgb8()), ImageFormat::Jpeg);
    let found = stripped(&with(&photo, &[segment(0xee, &[b"Adobe\0\x65\x12\x34\x56\x78\x01"])]));
    assert!(holds(&found, b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\x01"));
}

#[test]
fn an_icc_profile_stays_without_the_bytes_after_it() {
    let photo = encoded(&seven(), ImageFormat::Jpeg);
    let profile = profile(100_000);
    let (first, second) = profile.split_at(50_000);
    let portions =
        [segment(0xe2, &[b"ICC_PROFILE\0\x02\x02", second, MARKER]), segment(0xe2, &[b"ICC_PROFILE\0\x01\x02", first])];
    assert_eq!(profile_of(&stripped(&with(&photo, &portions))), Some(profile.clone()));
    assert_eq!(profile_of(&stripped(&with(&photo, &portions[1..]))), None, "an incomplete profile is dropped");
}

#[test]
fn a_frame_of_an_avi_video_keeps_its_marker() {
    let found = stripped(&with(&encoded(&seven(), ImageFormat::Jpeg), &[segment(0xe0, &[b"AVI1\0", MARKER])]));
    assert!(holds(&found, b"\xff\xe0\0\x07AVI1\0"));
}

#[test]
fn an_invalid_structure_is_rejected() {
    let photo = encoded(&seven(), ImageFormat::Jpeg);
    let scan = photo.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    let without_end = &photo[..photo.len() - 2];
    let second = [&photo[..scan + 40], &photo[..scan], &photo[scan + 40..]].concat();
    for damaged in [&photo[..3], &photo[..scan], &photo[..scan + 9], without_end, &second] {
        assert!(try_stripped(damaged).is_err());
    }
}

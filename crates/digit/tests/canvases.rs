//! Preprocessing of digits on canvases and photos: invariances to size, dust, shadows and polarity.

use digit::{
    Bitmap,
    preprocessing::{self, Pixels, Preprocessed, PreprocessingError},
};
use image::{DynamicImage, GrayImage, Luma, Rgba, RgbaImage};
use proptest::prelude::*;

/// A place on a canvas of 280 by 280.
type Place = (f32, f32);

/// The share of a pixel that strokes of a round pen cover.
fn coverage(strokes: &[Vec<Place>], width: f32, x: u32, y: u32) -> f32 {
    let (x, y) = (as_f32(x) + 0.5, as_f32(y) + 0.5);
    let lines = strokes.iter().flat_map(|stroke| stroke.windows(2));
    let nearest = lines.map(|ends| distance((x, y), ends[0], ends[1])).fold(f32::MAX, f32::min);
    (width / 2.0 + 0.5 - nearest).clamp(0.0, 1.0)
}

fn distance((x, y): Place, (from_x, from_y): Place, (to_x, to_y): Place) -> f32 {
    let (along_x, along_y) = (to_x - from_x, to_y - from_y);
    let length_squared = (along_x * along_x + along_y * along_y).max(1e-6);
    let share = (((x - from_x) * along_x + (y - from_y) * along_y) / length_squared).clamp(0.0, 1.0);
    (x - from_x - share * along_x).hypot(y - from_y - share * along_y)
}

/// Black strokes on a white canvas of `side` pixels, scaled from one of 280.
fn canvas(strokes: &[Vec<Place>], width: f32, side: u32) -> GrayImage {
    let scale = as_f32(side) / 280.0;
    let scaled: Vec<Vec<Place>> =
        strokes.iter().map(|stroke| stroke.iter().map(|(x, y)| (x * scale, y * scale)).collect()).collect();
    GrayImage::from_fn(side, side, |x, y| Luma([255 - level(coverage(&scaled, width * scale, x, y))]))
}

fn seen(image: impl Into<DynamicImage>) -> Result<Preprocessed, PreprocessingError> {
    preprocessing::from_pixels(&Pixels::from(image.into()))
}

fn four() -> Vec<Vec<Place>> {
    vec![vec![(120.0, 60.0), (90.0, 150.0), (180.0, 150.0)], vec![(160.0, 80.0), (150.0, 220.0)]]
}

/// The difference of two bitmaps, as a share of the foreground of the first.
fn difference(a: &Bitmap, b: &Bitmap) -> f32 {
    a.unit().zip(b.unit()).map(|(a, b)| (a - b).abs()).sum::<f32>() / a.unit().sum::<f32>()
}

#[test]
fn dust_far_from_a_digit_does_not_shrink_it() {
    let clean = canvas(&four(), 12.0, 280);
    let mut dusty = clean.clone();
    for (x, y) in [(3, 3), (4, 3), (3, 4), (270, 5), (8, 275), (277, 277)] {
        dusty.put_pixel(x, y, Luma([0]));
    }
    assert_eq!(seen(dusty), seen(clean));
}

#[test]
fn the_two_strokes_of_a_five_stay_even_if_they_do_not_touch() {
    let body = vec![(110.0, 70.0), (105.0, 130.0), (150.0, 130.0), (165.0, 170.0), (140.0, 210.0), (95.0, 200.0)];
    let five = [body.clone(), vec![(125.0, 66.0), (170.0, 62.0)]];
    let bitmap = |strokes: &[Vec<Place>]| seen(canvas(strokes, 8.0, 280)).unwrap().bitmap;
    assert!(difference(&bitmap(&five), &bitmap(&[body])) > 0.3, "the upper stroke is foreground");
}

#[test]
fn lines_from_very_thin_to_very_thick_are_foreground() {
    for width in [3.0, 8.0, 20.0, 44.0] {
        let Preprocessed { bitmap, is_too_small } = seen(canvas(&four(), width, 280)).unwrap();
        let strong = bitmap.levels().iter().filter(|&&level| level > 100).count();
        assert!(strong > 20 && !is_too_small, "{width} pixels wide\n{bitmap:?}");
    }
}

#[test]
fn the_size_of_a_canvas_does_not_matter() {
    let expected = seen(canvas(&four(), 14.0, 280)).unwrap().bitmap;
    for side in [140, 560, 840, 1500] {
        let found = seen(canvas(&four(), 14.0, side)).unwrap().bitmap;
        assert!(difference(&expected, &found) < 0.08, "{side}\n{expected:?}{found:?}");
    }
}

#[test]
fn a_shadow_and_grain_or_printed_lines_hardly_change_the_bitmap() {
    let clean = canvas(&four(), 14.0, 280);
    let expected = seen(clean.clone()).unwrap().bitmap;
    let shaded = |x: u32, y: u32, grey: f32| {
        let fading = 1.0 - 0.3 * as_f32(x) / 280.0;
        let shadow = if x + y > 300 { 0.6 } else { 1.0 };
        grey * fading * shadow + as_f32((x * 31 + y * 17) % 11) - 5.0
    };
    let ruled = |_: u32, y: u32, grey: f32| if y % 30 == 7 { grey.min(190.0) } else { grey };
    let photo = GrayImage::from_fn(280, 280, |x, y| {
        let grey = f32::from(clean.get_pixel(x, y).0[0]) * 0.7 + 30.0;
        Luma([level(shaded(x, y, grey) / 255.0)])
    });
    let lines =
        GrayImage::from_fn(280, 280, |x, y| Luma([level(ruled(x, y, f32::from(clean.get_pixel(x, y).0[0])) / 255.0)]));
    for image in [photo, lines] {
        let found = seen(image).unwrap().bitmap;
        assert!(difference(&expected, &found) < 0.35, "{}\n{expected:?}{found:?}", difference(&expected, &found));
    }
}

#[test]
fn a_grainy_and_unevenly_lit_background_without_foreground_is_blank() {
    let background = GrayImage::from_fn(300, 200, |x, y| {
        let grain = as_f32((x * 7919 + y * 104_729 + x * y * 31) % 13) - 6.0;
        Luma([level((200.0 - 80.0 * as_f32(x) / 300.0 + grain) / 255.0)])
    });
    assert_eq!(seen(background), Err(PreprocessingError::Blank));
}

#[test]
fn a_tap_is_too_small_and_a_short_line_is_not() {
    let is_too_small = |stroke: [Place; 2], width| seen(canvas(&[stroke.to_vec()], width, 280)).unwrap().is_too_small;
    assert!(is_too_small([(100.0, 100.0), (100.0, 100.0)], 14.0));
    assert!(is_too_small([(100.0, 100.0), (101.0, 101.0)], 3.0));
    assert!(!is_too_small([(100.0, 100.0), (102.0, 116.0)], 4.0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_opaque_canvas_of_either_polarity_gives_the_bitmap_of_its_foreground(
        points in prop::collection::vec((20.0_f32..260.0, 20.0_f32..260.0), 2..6), width in 3.0_f32..44.0,
    ) {
        let dark_on_light = canvas(&[points], width, 280);
        let mut light_on_dark = dark_on_light.clone();
        image::imageops::invert(&mut light_on_dark);
        let alone = RgbaImage::from_fn(280, 280, |x, y| Rgba([9, 9, 90, light_on_dark.get_pixel(x, y).0[0]]));
        let expected = seen(alone);
        prop_assert!(expected.is_ok());
        prop_assert_eq!(&seen(dark_on_light), &expected);
        prop_assert_eq!(&seen(light_on_dark), &expected);
    }

    #[test]
    fn any_image_gives_a_bitmap_or_is_blank(
        width in 1_u32..90, height in 1_u32..90, factor in 1_u32..12, has_alpha: bool,
        noise in prop::collection::vec(any::<[u8; 4]>(), 1..300),
    ) {
        let image = RgbaImage::from_fn(width * factor, height, |x, y| {
            Rgba(noise[(x as usize / 3 * 7 + y as usize * 13) % noise.len()])
        });
        let image = DynamicImage::from(image);
        let image = if has_alpha { image } else { image.into_rgb8().into() };
        match seen(image) {
            Ok(foreground) => prop_assert!(!foreground.bitmap.is_blank()),
            Err(error) => prop_assert_eq!(error, PreprocessingError::Blank),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "sides of small pictures")]
const fn as_f32(pixels: u32) -> f32 {
    pixels as f32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte's range")]
fn level(unit: f32) -> u8 {
    (unit.clamp(0.0, 1.0) * 255.0).round() as u8
}

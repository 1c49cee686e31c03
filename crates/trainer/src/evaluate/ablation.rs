//! The ablation of the preprocessing: the accuracy of the same network with fewer preprocessing steps.

use super::{
    evaluate_set,
    test_sets::{self, Plan, in_polarity, large},
};
use crate::{
    preprocess,
    score::{Rate, Score},
    split::Part,
    stroke_renderer::StrokeRenderer,
};
use digit::{Bitmap, SIDE};
use image::{GrayImage, Luma, imageops};
use network::{Class, Classifier};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// A preprocessing of a picture, light on dark, to a bitmap.
type Way = fn(&GrayImage) -> Option<Bitmap>;

/// The compared preprocessings, from the simplest to `digit::preprocessing`.
const WAYS: [(&str, Way); 3] = [
    ("plain resize of the canvas to 28×28", plain),
    ("+ crop to the foreground and scale to 20×20", cropped),
    ("+ centre of mass (all of `digit::preprocessing`)", whole),
];

/// Prints the table.
pub(crate) fn run(classifier: &Classifier, test: &Part) -> anyhow::Result<()> {
    println!("| preprocessing | pen strokes | MNIST test on canvases |\n| --- | ---: | ---: |");
    for (name, way) in WAYS {
        let pen = Plan::new(name, test.pen.len(), 60, |index, random| {
            (way(&drawing(test, index, random)), Class::Digit(test.pen[index].label))
        });
        let scans = Plan::new(name, test.scans.len(), 61, |index, random| {
            let scan = &test.scans[index];
            (way(&in_polarity(large(&scan.bitmap, random), true)), Class::Digit(scan.label))
        });
        println!("| {name} | {} | {} |", share(classifier, &pen)?, share(classifier, &scans)?);
    }
    Ok(())
}

/// Renders a digit at any position and size, with a brush of 10 to 26 pixels.
fn drawing(test: &Part, index: usize, random: &mut ChaCha8Rng) -> GrayImage {
    let renderer = StrokeRenderer {
        canvas: test_sets::CANVAS,
        size: random.random_range(60.0..250.0),
        pen: random.random_range(10.0..26.0),
    };
    in_polarity(renderer.render(&test.pen[index].strokes, random), true)
}

fn share(classifier: &Classifier, plan: &Plan) -> anyhow::Result<String> {
    let score = Score::of("", &evaluate_set(classifier, &plan.draw())?);
    Ok(score.accuracy.unwrap_or(Rate::of(0, 0)).to_string())
}

#[expect(clippy::cast_possible_truncation, reason = "28 and 20")]
const WHOLE: u32 = SIDE as u32;
const BOX: u32 = 20;

fn plain(picture: &GrayImage) -> Option<Bitmap> {
    Bitmap::from_levels(imageops::resize(picture, WHOLE, WHOLE, imageops::Triangle).as_raw())
}

/// Crops to the foreground, scales it in proportion and centres it.
fn cropped(picture: &GrayImage) -> Option<Bitmap> {
    let foreground = || picture.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] > 127).map(|(x, y, _)| (x, y));
    let (left, right) = (foreground().map(|p| p.0).min()?, foreground().map(|p| p.0).max()?);
    let (top, bottom) = (foreground().map(|p| p.1).min()?, foreground().map(|p| p.1).max()?);
    let cropped = imageops::crop_imm(picture, left, top, right - left + 1, bottom - top + 1).to_image();
    let longer = cropped.width().max(cropped.height());
    let scaled = |side: u32| (side * BOX / longer).max(1);
    let small = imageops::resize(&cropped, scaled(cropped.width()), scaled(cropped.height()), imageops::Triangle);
    let mut centred = GrayImage::from_pixel(WHOLE, WHOLE, Luma([0]));
    let middle = |side: u32| i64::from((WHOLE - side) / 2);
    imageops::replace(&mut centred, &small, middle(small.width()), middle(small.height()));
    Bitmap::from_levels(centred.as_raw())
}

fn whole(picture: &GrayImage) -> Option<Bitmap> {
    preprocess::picture(picture.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_resize_keeps_a_small_drawing_small() {
        let mut picture = GrayImage::from_pixel(280, 280, Luma([0]));
        for (x, y) in (20..30).flat_map(|x| (20..60).map(move |y| (x, y))) {
            picture.put_pixel(x, y, Luma([255]));
        }
        let rows =
            |bitmap: Bitmap| bitmap.levels().chunks(SIDE).filter(|row| row.iter().any(|&level| level > 127)).count();
        assert!(rows(plain(&picture).unwrap()) < 6);
        assert_eq!(rows(cropped(&picture).unwrap()), 20);
        assert_eq!(rows(whole(&picture).unwrap()), 20);
    }
}

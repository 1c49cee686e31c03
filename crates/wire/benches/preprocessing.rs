//! Benchmarks of decoding, parsing and preprocessing.

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use digit::preprocessing::{self, Pixels};
use image::{DynamicImage, GrayImage, ImageFormat, Luma, RgbImage, imageops};
use mimalloc::MiMalloc;
use std::{hint::black_box, io::Cursor};
use wire::Input;

/// The allocator of the services.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// An 8 on a canvas of 280×280.
const PNG: &[u8] = include_bytes!("../../../examples/eight.png");
const STROKES: &[u8] = include_bytes!("../../../examples/eight.json");
const PIXELS: &[u8] = include_bytes!("../../../examples/eight-pixels.json");

/// Pixels per side of the photo.
const PHOTO: u32 = 1120;

fn drawn() -> GrayImage {
    image::load_from_memory(PNG).expect("the example is a PNG").into_luma8()
}

/// The drawing as a photo: large, darker towards a corner, grainy, in colour.
fn photo() -> DynamicImage {
    let large = imageops::resize(&drawn(), PHOTO, PHOTO, imageops::FilterType::Triangle);
    let seen = |(x, y, &Luma([level])): (u32, u32, &Luma<u8>)| {
        let grain = (x * 31 + y * 17) % 13;
        let light = 255 - (x + y) / 20 - grain;
        let level = u8::try_from(u32::from(level) * light / 255).unwrap_or(u8::MAX);
        [level, level, level.saturating_sub(12)]
    };
    let pixels: Vec<[u8; 3]> = large.enumerate_pixels().map(seen).collect();
    RgbImage::from_raw(PHOTO, PHOTO, pixels.into_flattened()).expect("the buffer has the size of the photo").into()
}

fn jpeg(image: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Jpeg).expect("writing to memory does not fail");
    bytes.into_inner()
}

fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    let (canvas, photo) = (jpeg(&drawn().into()), jpeg(&photo()));
    for (name, bytes) in [("PNG, 280 px", PNG), ("JPEG, 280 px", &canvas), ("JPEG, 1120 px", &photo)] {
        group.bench_function(name, |bencher| bencher.iter(|| preprocessing::decode(black_box(bytes))));
    }
    group.finish();
}

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    for (name, bytes) in [("strokes", STROKES), ("pixels", PIXELS)] {
        group.bench_function(name, |bencher| bencher.iter(|| Input::json(Bytes::from_static(black_box(bytes)))));
    }
    group.finish();
}

fn preprocess(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("preprocess");
    let strokes = Input::json(Bytes::from_static(STROKES)).expect("the example is a drawing");
    group.bench_function("strokes", |bencher| bencher.iter(|| black_box(&strokes).preprocess()));
    for (name, image) in [("clean canvas, 280 px", drawn().into()), ("photo, 1120 px", photo())] {
        let pixels = Pixels::from(image);
        group.bench_function(name, |bencher| bencher.iter(|| preprocessing::from_pixels(black_box(&pixels))));
    }
    group.finish();
}

criterion_group!(benches, decode, read, preprocess);
criterion_main!(benches);

//! Benchmarks the champion from bitmaps to probabilities, for each batch size, on one thread.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use digit::Bitmap;
use mimalloc::MiMalloc;
use network::{golden_bitmaps, load};
use std::{hint::black_box, path::Path};

/// The allocator of the model service.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const BATCHES: [usize; 6] = [1, 2, 4, 8, 16, 32];

fn forward(criterion: &mut Criterion) {
    tch::set_num_threads(1);
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let champion = network::champion(&models).expect("a champion is committed");
    let classifier = load(&models, &champion).expect("the champion loads");
    let mut group = criterion.benchmark_group("forward");
    for batch in BATCHES {
        let bitmaps: Vec<Bitmap> = golden_bitmaps().into_iter().cycle().take(batch).collect();
        group.throughput(Throughput::Elements(batch as u64));
        group.bench_function(BenchmarkId::from_parameter(batch), |bencher| {
            bencher.iter(|| classifier.classify(black_box(&bitmaps)));
        });
    }
    group.finish();
}

criterion_group!(benches, forward);
criterion_main!(benches);

//! Draws the samples of an epoch on several threads, ahead of the training loop.

use crate::data_mixture::Epoch;
use digit::Bitmap;
use std::{
    collections::BTreeMap,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

/// The number of finished batches that each thread may queue: enough that training never waits, with little memory.
const AHEAD: usize = 4;

/// The samples of one training step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The bitmaps.
    pub bitmaps: Vec<Bitmap>,
    /// The index of each bitmap's [`Target`](crate::data_mixture::Target).
    pub targets: Vec<u8>,
}

/// Passes every batch of an epoch to `train_step`, in the same order for any number of threads. Samples that do not
/// fill a batch are left out.
///
/// # Errors
/// The first error of `train_step`, which ends the epoch.
pub fn each_batch<E>(
    epoch: &Epoch,
    size: usize,
    threads: usize,
    mut train_step: impl FnMut(Batch) -> Result<(), E>,
) -> Result<(), E> {
    let count = epoch.len() / size;
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let (done, batches) = mpsc::sync_channel(threads * AHEAD);
        for _ in 0..threads {
            let (done, next) = (done.clone(), &next);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    // The channel is closed once a step has failed.
                    if number >= count || done.send((number, batch(epoch, number, size))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        in_order(batches, &mut train_step)
    })
}

fn batch(epoch: &Epoch, number: usize, size: usize) -> Batch {
    let samples = (number * size..(number + 1) * size).map(|index| epoch.sample(index));
    let (bitmaps, targets) = samples.map(|(bitmap, target)| (bitmap, target.index())).unzip();
    Batch { bitmaps, targets }
}

/// Sorts the batches: threads finish in any order, and training must be reproducible.
fn in_order<E>(
    batches: mpsc::Receiver<(usize, Batch)>,
    train_step: &mut impl FnMut(Batch) -> Result<(), E>,
) -> Result<(), E> {
    let (mut early, mut next) = (BTreeMap::new(), 0);
    for (number, batch) in batches {
        early.insert(number, batch);
        while let Some(batch) = early.remove(&next) {
            train_step(batch)?;
            next += 1;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{data::Example, data_mixture::DataMixture};
    use digit::Digit;
    use std::convert::Infallible;

    fn mixture() -> DataMixture {
        let bitmap = Bitmap::new(std::array::from_fn(|i| if i % 28 == 14 { 200 } else { 0 }));
        let scans = Digit::all().map(|label| Example { bitmap: bitmap.clone(), label });
        DataMixture::new(3, scans.collect(), Vec::new(), Vec::new())
    }

    #[test]
    fn batches_come_in_the_same_order_for_any_number_of_threads() {
        let mixture = mixture();
        let epoch = mixture.epoch(0);
        let batches = |threads| {
            let mut batches = Vec::new();
            let keep = |batch| -> Result<(), Infallible> {
                batches.push(batch);
                Ok(())
            };
            each_batch(&epoch, 2, threads, keep).unwrap();
            batches
        };
        assert_eq!(batches(1).len(), epoch.len() / 2);
        assert_eq!(batches(1), batches(4));
    }

    #[test]
    fn an_error_ends_the_epoch() {
        let (mixture, mut seen) = (mixture(), 0);
        let train_step = |_| {
            seen += 1;
            if seen == 2 { Err("enough") } else { Ok(()) }
        };
        assert_eq!(each_batch(&mixture.epoch(0), 1, 3, train_step), Err("enough"));
        assert_eq!(seen, 2);
    }
}

//! Draws the samples of an epoch on threads, ahead of the network that learns from them.

use crate::recipe::Epoch;
use digit::Bitmap;
use std::{
    collections::BTreeMap,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

/// Batches that may wait for each thread: enough that the network never waits, little enough to be forgotten.
const AHEAD: usize = 4;

/// Samples that the network learns from at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The pictures.
    pub bitmaps: Vec<Bitmap>,
    /// The index of each picture's [`Class`](network::Class).
    pub classes: Vec<u8>,
}

/// Gives every batch of an epoch to `learn`, in order, whatever the number of threads. Samples that do not fill a batch
/// are left out.
///
/// # Errors
/// The first error of `learn`, which ends the epoch.
pub fn each_batch<E>(
    epoch: &Epoch,
    size: usize,
    threads: usize,
    mut learn: impl FnMut(Batch) -> Result<(), E>,
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
                    // Nobody listens any more once learning has failed.
                    if number >= count || done.send((number, batch(epoch, number, size))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        in_order(batches, &mut learn)
    })
}

fn batch(epoch: &Epoch, number: usize, size: usize) -> Batch {
    let samples = (number * size..(number + 1) * size).map(|index| epoch.sample(index));
    let (bitmaps, classes) = samples.map(|(bitmap, class)| (bitmap, class.index())).unzip();
    Batch { bitmaps, classes }
}

/// Threads finish in any order; training is to be the same each time.
fn in_order<E>(
    batches: mpsc::Receiver<(usize, Batch)>,
    learn: &mut impl FnMut(Batch) -> Result<(), E>,
) -> Result<(), E> {
    let (mut early, mut next) = (BTreeMap::new(), 0);
    for (number, batch) in batches {
        early.insert(number, batch);
        while let Some(batch) = early.remove(&next) {
            learn(batch)?;
            next += 1;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{data::Example, recipe::Recipe};
    use digit::Digit;
    use std::convert::Infallible;

    fn recipe() -> Recipe {
        let bitmap = Bitmap::new(std::array::from_fn(|i| if i % 28 == 14 { 200 } else { 0 }));
        let scans = Digit::all().map(|label| Example { bitmap: bitmap.clone(), label });
        Recipe::new(3, scans.collect(), Vec::new(), Vec::new())
    }

    #[test]
    fn batches_come_in_the_same_order_for_any_number_of_threads() {
        let recipe = recipe();
        let epoch = recipe.epoch(0);
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
        let (recipe, mut seen) = (recipe(), 0);
        let learn = |_| {
            seen += 1;
            if seen == 2 { Err("enough") } else { Ok(()) }
        };
        assert_eq!(each_batch(&recipe.epoch(0), 1, 3, learn), Err("enough"));
        assert_eq!(seen, 2);
    }
}

//! The batch sizes of the network.

/// The number of bitmaps in the largest batch, and the limit of a job.
pub(crate) const LARGEST_BATCH: usize = 32;

/// The batch sizes that the network runs with. oneDNN compiles and keeps code for each size, so a few fixed sizes bound
/// its memory.
pub(crate) const BUCKETS: [usize; 6] = [1, 2, 4, 8, 16, LARGEST_BATCH];

/// Returns the smallest batch size that holds `count` bitmaps.
pub(crate) fn bucket(count: usize) -> usize {
    BUCKETS.into_iter().find(|&size| size >= count).unwrap_or(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_runs_with_a_few_batch_sizes_only() {
        let sizes: Vec<usize> = (1..=LARGEST_BATCH).map(bucket).collect();
        assert!(sizes.iter().all(|size| BUCKETS.contains(size)));
        assert!((1..=LARGEST_BATCH).zip(sizes).all(|(count, size)| size >= count && size < 2 * count));
    }
}

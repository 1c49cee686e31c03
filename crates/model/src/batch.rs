//! How many bitmaps the network classifies at once.

/// The most of them; a job has no more.
pub(crate) const LARGEST_BATCH: usize = 32;

/// The sizes of batch that the network is run with. A few fixed ones let oneDNN keep what it compiled for each, and
/// memory stays as it is.
pub(crate) const BUCKETS: [usize; 6] = [1, 2, 4, 8, 16, LARGEST_BATCH];

/// The smallest size that so many bitmaps fit into.
pub(crate) fn bucket(count: usize) -> usize {
    BUCKETS.into_iter().find(|&size| size >= count).unwrap_or(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_is_run_with_a_few_sizes_only() {
        let sizes: Vec<usize> = (1..=LARGEST_BATCH).map(bucket).collect();
        assert!(sizes.iter().all(|size| BUCKETS.contains(size)));
        assert!((1..=LARGEST_BATCH).zip(sizes).all(|(count, size)| size >= count && size < 2 * count));
    }
}

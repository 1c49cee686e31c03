//! Shrinks large images first, because a photo's millions of pixels show no more of a digit than some hundred thousand.

use super::decode::Pixels;
use std::borrow::Cow;

/// The largest side of a shrunk image, in pixels. A digit that fills a tenth of it still has 51 pixels.
const LONGEST: usize = 512;

/// The image, shrunk by a whole factor if its longer side exceeds [`LONGEST`]. Each pixel is the mean of a square.
pub(super) fn shrink(pixels: &Pixels) -> Cow<'_, Pixels> {
    let factor = pixels.width.max(pixels.height).div_ceil(LONGEST);
    match (factor, pixels.channels) {
        (0 | 1, _) => Cow::Borrowed(pixels),
        (_, 1) => Cow::Owned(means::<1>(pixels, factor)),
        (_, 4) => Cow::Owned(means::<4>(pixels, factor)),
        _ => Cow::Owned(means::<3>(pixels, factor)),
    }
}

fn means<const CHANNELS: usize>(pixels: &Pixels, factor: usize) -> Pixels {
    let (width, height) = (pixels.width.div_ceil(factor), pixels.height.div_ceil(factor));
    let mut data = Vec::with_capacity(width * height * CHANNELS);
    for rows in pixels.data.chunks(factor * pixels.width * CHANNELS) {
        let mut sums = vec![Sum::<CHANNELS>::default(); width];
        for row in rows.chunks_exact(pixels.width * CHANNELS) {
            for (square, sum) in row.chunks(factor * CHANNELS).zip(&mut sums) {
                square.as_chunks().0.iter().for_each(|pixel| sum.add(pixel));
            }
        }
        data.extend(sums.iter().flat_map(Sum::mean));
    }
    Pixels { width, height, channels: CHANNELS, data }
}

/// The sums of a square's pixels. Alpha weights the colours, so transparent pixels have none.
#[derive(Clone)]
struct Sum<const CHANNELS: usize> {
    channels: [u64; CHANNELS],
    alpha: u64,
    count: u64,
}

impl<const CHANNELS: usize> Default for Sum<CHANNELS> {
    fn default() -> Self {
        Self { channels: [0; CHANNELS], alpha: 0, count: 0 }
    }
}

impl<const CHANNELS: usize> Sum<CHANNELS> {
    fn add(&mut self, pixel: &[u8; CHANNELS]) {
        let alpha = pixel.get(3).map_or(1, |&alpha| u64::from(alpha));
        for (sum, &level) in self.channels.iter_mut().zip(pixel).take(3) {
            *sum += u64::from(level) * alpha;
        }
        self.alpha += alpha;
        self.count += 1;
    }

    fn mean(&self) -> [u8; CHANNELS] {
        let rounded = |sum: u64, by: u64| u8::try_from((sum + by / 2) / by.max(1)).unwrap_or(u8::MAX);
        let mut mean = self.channels.map(|sum| rounded(sum, self.alpha));
        if let Some(alpha) = mean.get_mut(3) {
            *alpha = rounded(self.alpha, self.count);
        }
        mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_image_does_not_change() {
        let small = Pixels { width: 512, height: 2, channels: 3, data: vec![7; 512 * 2 * 3] };
        assert!(matches!(shrink(&small), Cow::Borrowed(_)));
    }

    #[test]
    fn a_large_image_becomes_the_means_of_squares_with_partial_squares_at_the_edge() {
        let data =
            (0..1025).flat_map(|x| [if x < 1024 { 100 } else { 40 }, if x % 3 == 1 { 30 } else { 0 }, 0]).collect();
        let shrunk = shrink(&Pixels { width: 1025, height: 1, channels: 3, data }).into_owned();
        assert_eq!((shrunk.width, shrunk.height), (342, 1));
        assert_eq!(shrunk.data[..3], [100, 10, 0]);
        assert_eq!(shrunk.data[341 * 3..], [70, 15, 0]);
    }

    #[test]
    fn transparent_pixels_do_not_affect_the_colour() {
        let data = [[200, 100, 50, 255], [0, 0, 0, 0]].concat().repeat(300);
        let shrunk = shrink(&Pixels { width: 600, height: 1, channels: 4, data }).into_owned();
        assert_eq!(shrunk.data[..4], [200, 100, 50, 128]);
    }
}

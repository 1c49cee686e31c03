//! Random variations of digits: the ways in which the same digit is written by another hand.

use tch::{Device, Kind, Tensor};

/// The most a digit is turned, in radians: 15°. Beyond it a 1 leans into a 7.
const ROTATION: f64 = 0.26;
/// The most it leans, as a share of its height.
const SHEAR: f64 = 0.2;
/// The most it is stretched or squeezed, each axis by itself.
const STRETCH: f64 = 0.15;
/// The most it is moved, as a share of half the picture: 2 pixels of 14.
const SHIFT: f64 = 2.0 / 14.0;
/// The share of digits whose line is made thicker or thinner, and the most by which it is.
const THICKNESS_SHARE: f64 = 0.3;
const THICKNESS: f64 = 0.7;

/// A random variation of each image of a batch, `[batch, 1, 28, 28]` from 0 to 1, in the same shape and range.
/// Which one, `tch::manual_seed` decides.
pub fn vary(images: &Tensor) -> Tensor {
    let _no_grad = tch::no_grad_guard();
    let batch = images.size()[0];
    let grid = Tensor::affine_grid_generator(&warps(batch), images.size(), false);
    let (bilinear, zeros) = (0, 0);
    let warped = images.grid_sampler(&grid, bilinear, zeros, false);
    rethicken(&warped).clamp(0.0, 1.0)
}

/// One affine map per image, `[batch, 2, 3]`: turn, lean, stretch and move in a single resampling.
fn warps(batch: i64) -> Tensor {
    let angle = spread(batch, ROTATION);
    let (sine, cosine) = (angle.sin(), angle.cos());
    let shear = spread(batch, SHEAR);
    // The map goes from the result back to the source, so a factor below 1 enlarges.
    let (wide, high) = (spread(batch, STRETCH) + 1.0, spread(batch, STRETCH) + 1.0);
    let across = Tensor::stack(&[&cosine * &wide, (&shear * &cosine - &sine) * &high, spread(batch, SHIFT)], 1);
    let down = Tensor::stack(&[&sine * &wide, (&shear * &sine + &cosine) * &high, spread(batch, SHIFT)], 1);
    Tensor::stack(&[across, down], 1)
}

/// Makes the lines of some images thicker (towards the maximum of each 3×3 window) or thinner (the minimum).
fn rethicken(images: &Tensor) -> Tensor {
    let batch = images.size()[0];
    let chosen = Tensor::rand([batch], (Kind::Float, Device::Cpu)).lt(THICKNESS_SHARE).to_kind(Kind::Float);
    let amount = (spread(batch, THICKNESS) * chosen).view([batch, 1, 1, 1]);
    let thick = images.max_pool2d([3, 3], [1, 1], [1, 1], [1, 1], false);
    let thin = -(-images).max_pool2d([3, 3], [1, 1], [1, 1], [1, 1], false);
    images + (thick - images) * amount.clamp_min(0.0) + (images - thin) * amount.clamp_max(0.0)
}

/// `batch` numbers, even from `-most` to `most`.
fn spread(batch: i64, most: f64) -> Tensor {
    (Tensor::rand([batch], (Kind::Float, Device::Cpu)) * 2.0 - 1.0) * most
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// LibTorch draws from one generator for all threads; a test that seeds it keeps others out.
    static GENERATOR: Mutex<()> = Mutex::new(());

    fn digits() -> Tensor {
        tch::manual_seed(3);
        let images = Tensor::zeros([32, 1, 28, 28], (Kind::Float, Device::Cpu));
        let _ = images.narrow(2, 6, 16).narrow(3, 12, 4).fill_(1.0);
        images
    }

    #[test]
    fn variations_keep_shape_and_range_and_most_of_the_ink() {
        let _alone = GENERATOR.lock();
        let images = digits();
        let varied = vary(&images);
        assert_eq!(varied.size(), images.size());
        assert!(varied.min().double_value(&[]) >= 0.0 && varied.max().double_value(&[]) <= 1.0);
        let kept = varied.sum(Kind::Float).double_value(&[]) / images.sum(Kind::Float).double_value(&[]);
        assert!((0.7..1.4).contains(&kept), "{kept}");
    }

    #[test]
    fn a_seed_gives_the_same_variations_and_another_seed_gives_others() {
        let _alone = GENERATOR.lock();
        let images = digits();
        let with_seed = |seed| {
            tch::manual_seed(seed);
            vary(&images)
        };
        assert!(with_seed(1).equal(&with_seed(1)));
        assert!(!with_seed(1).equal(&with_seed(2)));
    }
}

//! Nearly identical bitmaps: the same drawing, sent again by somebody else or in another format.

use digit::Bitmap;
use network::images;
use tch::{Kind, TchError, Tensor};

/// The largest squared distance of nearly identical bitmaps, as a share of the larger squared norm. No two of MNIST's digits of
/// different people are as near; at 0.05, three in a hundred ones have such a neighbour among 300 others.
const MOST: f64 = 0.02;

/// The number of bitmaps that are compared at a time.
const PORTION: usize = 1_000;

/// Removes the examples whose bitmap is nearly identical to one of `bitmaps`.
pub(super) fn leave_out<T>(
    examples: &mut Vec<T>,
    bitmap: impl Fn(&T) -> &Bitmap,
    bitmaps: &[Bitmap],
) -> Result<(), TchError> {
    let _no_grad = tch::no_grad_guard();
    let portions = bitmaps.chunks(PORTION).map(rows).collect::<Result<Vec<_>, _>>()?;
    let mut is_near = Vec::with_capacity(examples.len());
    for some in examples.chunks(PORTION) {
        let some = rows(&some.iter().map(|example| bitmap(example).clone()).collect::<Vec<_>>())?;
        let mut near = Tensor::zeros([some.size()[0]], (Kind::Bool, some.device()));
        for others in &portions {
            near = near.logical_or(&near_any(&some, others));
        }
        is_near.extend(Vec::<bool>::try_from(near)?);
    }
    let mut is_near = is_near.into_iter();
    examples.retain(|_| !is_near.next().unwrap_or(false));
    Ok(())
}

/// A tensor `[bitmaps, 784]`.
fn rows(bitmaps: &[Bitmap]) -> Result<Tensor, TchError> {
    Ok(images(bitmaps)?.flatten(1, -1))
}

/// For each row of `some`, whether it is near any row of `others`.
fn near_any(some: &Tensor, others: &Tensor) -> Tensor {
    let norm = |rows: &Tensor| rows.square().sum_dim_intlist(1, true, Kind::Float);
    let (some_norm, other_norm) = (norm(some), norm(others).tr());
    let distance = &some_norm + &other_norm - some.matmul(&others.tr()) * 2.0;
    distance.le_tensor(&(some_norm.maximum(&other_norm) * MOST)).any_dim(1, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use digit::SIDE;

    /// A vertical line at this column, of this level.
    fn line(column: usize, level: u8) -> Bitmap {
        Bitmap::new(std::array::from_fn(|pixel| if pixel % SIDE == column { level } else { 0 }))
    }

    #[test]
    fn the_same_drawing_is_found_although_its_levels_differ_a_little() {
        let mut examples = vec![line(10, 255), line(10, 230), line(11, 255), line(14, 255)];
        leave_out(&mut examples, |bitmap| bitmap, &[line(3, 255), line(10, 250)]).unwrap();
        assert_eq!(examples, [line(11, 255), line(14, 255)]);
        leave_out(&mut examples, |bitmap| bitmap, &[]).unwrap();
        assert_eq!(examples.len(), 2);
    }
}

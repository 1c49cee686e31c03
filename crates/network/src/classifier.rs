//! A network that is ready to classify: its layers and its card.

use crate::{Class, Classification, Cnn, Logits, ModelCard, folded::FoldedCnn};
use digit::{Bitmap, SIDE};
use tch::{Kind, TchError, Tensor};

/// A loaded model. It can be sent to another thread, but only one thread at a time may use it.
#[derive(Debug)]
pub struct Classifier {
    card: ModelCard,
    cnn: FoldedCnn,
}

impl Classifier {
    pub(crate) fn new(card: ModelCard, cnn: &Cnn) -> Result<Self, TchError> {
        Ok(Self { card, cnn: FoldedCnn::new(cnn)? })
    }

    /// The model's card.
    #[must_use]
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    /// Returns a classifier for another thread. Both share the weights, which never change, and nothing else.
    #[must_use]
    pub fn replica(&self) -> Self {
        Self { card: self.card.clone(), cnn: self.cnn.replica() }
    }

    /// Classifies each bitmap.
    ///
    /// # Errors
    /// When LibTorch fails. The contents of the bitmaps cannot cause that.
    pub fn classify(&self, bitmaps: &[Bitmap]) -> Result<Vec<Classification>, TchError> {
        Ok(self.logits(bitmaps)?.iter().map(|logits| self.card.calibration.classify(logits)).collect())
    }

    /// Returns the logits of each bitmap, before calibration.
    ///
    /// # Errors
    /// When LibTorch fails. The contents of the bitmaps cannot cause that.
    pub fn logits(&self, bitmaps: &[Bitmap]) -> Result<Vec<Logits>, TchError> {
        if bitmaps.is_empty() {
            return Ok(Vec::new()); // oneDNN rejects an empty batch
        }
        let _no_grad = tch::no_grad_guard();
        rows(&self.cnn.forward(bitmaps)?)
    }
}

/// Returns the bitmaps as the network's input: `[batch, 1, 28, 28]`, foreground from 0 to 1.
///
/// # Errors
/// When LibTorch fails.
pub fn images(bitmaps: &[Bitmap]) -> Result<Tensor, TchError> {
    let levels: Vec<u8> = bitmaps.iter().flat_map(Bitmap::levels).copied().collect();
    let (batch, side) = (i64::try_from(bitmaps.len()), i64::try_from(SIDE));
    let (Ok(batch), Ok(side)) = (batch, side) else {
        return Err(TchError::Convert("too many bitmaps".to_owned()));
    };
    let pixels = Tensor::f_from_data_size(&levels, &[batch, 1, side, side], Kind::Uint8)?;
    pixels.f_to_kind(Kind::Float)?.f_div_scalar(255.0)
}

/// Returns a tensor `[batch, 12]` as numbers.
///
/// # Errors
/// When LibTorch fails.
pub fn rows(logits: &Tensor) -> Result<Vec<Logits>, TchError> {
    let count = logits.numel();
    let mut numbers = vec![0.0; count];
    logits.f_to_kind(Kind::Float)?.f_contiguous()?.f_copy_data(&mut numbers, count)?;
    Ok(numbers.as_chunks::<{ Class::COUNT }>().0.to_vec())
}

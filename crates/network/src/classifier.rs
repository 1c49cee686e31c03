//! A network that is ready to classify: its weights, its layers and its card.

use crate::{Cnn, ModelCard};
use digit::{Bitmap, SIDE, wire::Reason};
use tch::{Device, Kind, TchError, Tensor, nn::VarStore};

/// What the network says of a bitmap.
#[derive(Debug, Clone, PartialEq)]
pub struct Classification {
    /// The probability of each digit, 0 to 9, given that it is one; they sum to 1.
    pub probabilities: [f32; 10],
    /// Why it is not taken for a digit, if it is not.
    pub stranger: Option<Reason>,
}

/// A loaded model. It can be sent to another thread, but belongs to one at a time.
#[derive(Debug)]
pub struct Classifier {
    card: ModelCard,
    /// Owns the tensors that the layers point into.
    _variables: VarStore,
    cnn: Cnn,
}

impl Classifier {
    pub(crate) fn new(card: ModelCard, variables: VarStore, cnn: Cnn) -> Self {
        Self { card, _variables: variables, cnn }
    }

    /// What the model is and where it came from.
    #[must_use]
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    /// What each bitmap is taken for.
    ///
    /// # Errors
    /// When LibTorch fails; no bitmap makes it fail.
    pub fn classify(&self, bitmaps: &[Bitmap]) -> Result<Vec<Classification>, TchError> {
        let _no_grad = tch::no_grad_guard();
        let logits = self.cnn.forward(&images(bitmaps)?, false);
        let probabilities = logits.f_softmax(-1, Kind::Float)?.f_contiguous()?;
        let mut rows = vec![0.0; bitmaps.len() * 10];
        probabilities.f_copy_data(&mut rows, bitmaps.len() * 10)?;
        let classify = |&probabilities: &[f32; 10]| Classification { probabilities, stranger: None };
        Ok(rows.as_chunks().0.iter().map(classify).collect())
    }
}

/// Bitmaps as the network takes them: `[batch, 1, 28, 28]`, ink from 0 to 1.
fn images(bitmaps: &[Bitmap]) -> Result<Tensor, TchError> {
    let levels: Vec<u8> = bitmaps.iter().flat_map(Bitmap::levels).copied().collect();
    let (batch, side) = (i64::try_from(bitmaps.len()), i64::try_from(SIDE));
    let (Ok(batch), Ok(side)) = (batch, side) else {
        return Err(TchError::Convert("too many bitmaps".to_owned()));
    };
    let pixels = Tensor::f_from_data_size(&levels, &[batch, 1, side, side], Kind::Uint8)?;
    pixels.f_to_device(Device::Cpu)?.f_to_kind(Kind::Float)?.f_div_scalar(255.0)
}

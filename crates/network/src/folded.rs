//! The network for serving: batch norms are folded into the convolutions, rectifiers are fused with them, and the
//! weights are in oneDNN's layout.

use crate::{
    Cnn,
    cnn::{ConvNorm, DEVIATION, MEAN, Window},
    conv_relu::ConvRelu,
};
use digit::{Bitmap, SIDE};
use tch::{TchError, Tensor};

/// A network that computes the same as the trained [`Cnn`] that it was made from, in fewer operations.
#[derive(Debug)]
pub(crate) struct FoldedCnn {
    levels: [f32; 256],
    conv_relu: ConvRelu,
    convs: [FoldedConv; 6],
    /// `[12, inputs]`, the inputs with their channels last.
    head_weight: Tensor,
    head_bias: Option<Tensor>,
}

/// A convolution with a bias and a rectifier.
#[derive(Debug)]
struct FoldedConv {
    /// The weights, in oneDNN's layout.
    weight: Tensor,
    bias: Tensor,
    window: Window,
}

impl FoldedCnn {
    pub(crate) fn new(cnn: &Cnn) -> Result<Self, TchError> {
        let _no_grad = tch::no_grad_guard();
        let [outputs, channels] = [&cnn.head.ws, &cnn.conv6.weight].map(|weight| weight.size()[0]);
        let head_weight = cnn.head.ws.f_view([outputs, channels, 5, 5])?.f_permute([0, 2, 3, 1])?;
        Ok(Self {
            levels: levels(),
            conv_relu: ConvRelu::new()?,
            // Each convolution, with the side of its input.
            convs: [
                FoldedConv::new(&cnn.conv1, 28)?,
                FoldedConv::new(&cnn.conv2, 28)?,
                FoldedConv::new(&cnn.conv3, 14)?,
                FoldedConv::new(&cnn.conv4, 14)?,
                FoldedConv::new(&cnn.conv5, 7)?,
                FoldedConv::new(&cnn.conv6, 7)?,
            ],
            head_weight: head_weight.f_reshape([outputs, -1])?,
            head_bias: cnn.head.bs.as_ref().map(Tensor::detach),
        })
    }

    /// Returns the same network for another thread.
    pub(crate) fn replica(&self) -> Self {
        Self {
            levels: self.levels,
            conv_relu: self.conv_relu.clone(),
            convs: self.convs.each_ref().map(FoldedConv::replica),
            head_weight: self.head_weight.shallow_clone(),
            head_bias: self.head_bias.as_ref().map(Tensor::shallow_clone),
        }
    }

    /// Returns the logits, `[batch, 12]`, of at least one bitmap.
    pub(crate) fn forward(&self, bitmaps: &[Bitmap]) -> Result<Tensor, TchError> {
        let mut features = self.images(bitmaps)?;
        for FoldedConv { weight, bias, window } in &self.convs {
            features = self.conv_relu.apply(&features, weight, bias, window.stride(), window.padding())?;
        }
        // The features stay in memory order, channels last, so that LibTorch copies nothing.
        let features = features.f_permute([0, 2, 3, 1])?.f_flatten(1, -1)?;
        features.f_linear(&self.head_weight, self.head_bias.as_ref())
    }

    /// Returns the bitmaps as input of the first convolution, `[batch, 1, 28, 28]`. One table look-up per pixel
    /// replaces four operations of LibTorch.
    fn images(&self, bitmaps: &[Bitmap]) -> Result<Tensor, TchError> {
        let value = |&level: &u8| self.levels[usize::from(level)];
        let pixels: Vec<f32> = bitmaps.iter().flat_map(|bitmap| bitmap.levels().iter().map(value)).collect();
        let side = i64::try_from(SIDE).map_err(|error| TchError::Convert(error.to_string()))?;
        Tensor::f_from_slice(&pixels)?.f_view([-1, 1, side, side])
    }
}

/// Returns the input of the first convolution for each grey level.
fn levels() -> [f32; 256] {
    let mut levels = [0.0; 256];
    for (level, value) in (0..=u8::MAX).zip(&mut levels) {
        *value = (f32::from(level) / 255.0 - MEAN) / DEVIATION;
    }
    levels
}

impl FoldedConv {
    /// Folds the norm into the convolution. `norm(conv(x)) = conv(x)·scale + shift` per channel, so the scale
    /// multiplies the weights and the shift becomes the bias.
    fn new(layer: &ConvNorm, side: i64) -> Result<Self, TchError> {
        let (mean, variance) = (&layer.norm.running_mean, &layer.norm.running_var);
        let (Some(gain), Some(shift)) = (&layer.norm.ws, &layer.norm.bs) else {
            return Err(TchError::Convert("a norm without weights cannot be folded".to_owned()));
        };
        let scale = gain / (variance + EPSILON).sqrt();
        let bias = shift - mean * &scale;
        let weight = &layer.weight * scale.view([-1, 1, 1, 1]);

        let (stride, padding) = (layer.window.stride(), layer.window.padding());
        let inputs = weight.size()[1];
        let weight = weight.f_to_mkldnn(weight.kind())?.f_mkldnn_reorder_conv2d_weight(
            padding,
            stride,
            1,
            1,
            Some(vec![1, inputs, side, side]),
        )?;
        Ok(Self { weight, bias: bias.f_to_mkldnn(bias.kind())?, window: layer.window })
    }

    fn replica(&self) -> Self {
        Self { weight: self.weight.shallow_clone(), bias: self.bias.shallow_clone(), window: self.window }
    }
}

/// The default number that [`tch::nn::BatchNormConfig`] adds to a variance.
const EPSILON: f64 = 1e-5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Architecture;
    use tch::{Device, nn::VarStore};

    #[test]
    fn the_folded_network_computes_the_logits_of_the_trained_one() {
        let variables = VarStore::new(Device::Cpu);
        let cnn = Cnn::new(&variables.root(), Architecture::Small);
        // A few training batches move the norms' statistics away from 0 and 1.
        let bitmaps: Vec<Bitmap> =
            (1..17).map(|step| Bitmap::new(std::array::from_fn(|i| u8::try_from(i * step % 256).unwrap()))).collect();
        let images = crate::images(&bitmaps).unwrap();
        for _ in 0..20 {
            let _ = cnn.forward(&images, true);
        }
        let (trained, folded) = (cnn.forward(&images, false), FoldedCnn::new(&cnn).unwrap());
        for count in [1, 2, 16_usize] {
            let expected = trained.narrow(0, 0, i64::try_from(count).unwrap());
            let off = (folded.forward(&bitmaps[..count]).unwrap() - expected).abs().max();
            assert!(off.double_value(&[]) < 1e-4, "{off:?}");
        }
    }
}

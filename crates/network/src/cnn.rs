//! The convolutional network, layer by layer.

use crate::{Architecture, Class};
use tch::{
    Kind, Tensor,
    nn::{self, ModuleT},
};

/// The optimiser's group of variables without weight decay: biases, and the weights of the norms.
pub const NO_DECAY_GROUP: usize = 1;

/// Six 3×3 convolutions and a linear head.
///
/// There is no pooling before the head, so that it sees positions: the end of a stroke distinguishes a 4 from a 9.
#[derive(Debug)]
pub struct Cnn {
    pub(crate) conv1: ConvNorm,
    pub(crate) conv2: ConvNorm,
    pub(crate) conv3: ConvNorm,
    pub(crate) conv4: ConvNorm,
    pub(crate) conv5: ConvNorm,
    pub(crate) conv6: ConvNorm,
    pub(crate) head: nn::Linear,
}

impl Cnn {
    /// Returns a network of this size with random weights, whose variables are under `path`.
    #[must_use]
    pub fn new(path: &nn::Path, architecture: Architecture) -> Self {
        let [c1, c2, c3, c4, c5, c6] = architecture.channels();
        let head = path / "head";
        Self {
            conv1: ConvNorm::new(&(path / "conv1"), 1, c1, Window::Same),
            conv2: ConvNorm::new(&(path / "conv2"), c1, c2, Window::Halve),
            conv3: ConvNorm::new(&(path / "conv3"), c2, c3, Window::Same),
            conv4: ConvNorm::new(&(path / "conv4"), c3, c4, Window::Halve),
            conv5: ConvNorm::new(&(path / "conv5"), c4, c5, Window::Same),
            conv6: ConvNorm::new(&(path / "conv6"), c5, c6, Window::Inner),
            head: nn::linear(head, c6 * 5 * 5, CLASSES, nn::LinearConfig::default()),
        }
    }

    /// Returns the logits, `[batch, 12]` in 32 bits and one for each [`Class`], of images `[batch, 1, 28, 28]` with
    /// foreground from 0 to 1. With `train`, the norms use and update the statistics of the batch.
    ///
    /// The convolutions compute in the number format of `images`, whatever the format of the variables. In bfloat16,
    /// processors that support it train in little more than half the time.
    pub fn forward(&self, images: &Tensor, train: bool) -> Tensor {
        normalise(images)
            .apply_t(&self.conv1, train) // 28 × 28
            .apply_t(&self.conv2, train) // 14 × 14
            .apply_t(&self.conv3, train) // 14 × 14
            .apply_t(&self.conv4, train) // 7 × 7
            .apply_t(&self.conv5, train) // 7 × 7
            .apply_t(&self.conv6, train) // 5 × 5
            .to_kind(Kind::Float)
            .flatten(1, -1)
            .apply(&self.head)
    }
}

#[expect(clippy::cast_possible_wrap, reason = "twelve")]
const CLASSES: i64 = Class::COUNT as i64;

/// The mean and the standard deviation of MNIST's training pixels, with foreground from 0 to 1.
pub(crate) const MEAN: f32 = 0.1307;
pub(crate) const DEVIATION: f32 = 0.3081;

fn normalise(images: &Tensor) -> Tensor {
    (images - f64::from(MEAN)) / f64::from(DEVIATION)
}

/// The effect of a 3×3 convolution on the side of its input.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Window {
    /// Padded: the side stays the same.
    Same,
    /// Padded, with stride 2: the side is halved.
    Halve,
    /// Not padded: the side shrinks by two pixels.
    Inner,
}

impl Window {
    pub(crate) const fn stride(self) -> i64 {
        match self {
            Self::Same | Self::Inner => 1,
            Self::Halve => 2,
        }
    }

    pub(crate) const fn padding(self) -> i64 {
        match self {
            Self::Same | Self::Halve => 1,
            Self::Inner => 0,
        }
    }
}

/// A 3×3 convolution, batch norm and a rectifier.
#[derive(Debug)]
pub(crate) struct ConvNorm {
    /// `[outputs, inputs, 3, 3]`. There is no bias, since the norm has one.
    pub(crate) weight: Tensor,
    pub(crate) norm: nn::BatchNorm,
    pub(crate) window: Window,
}

impl ConvNorm {
    fn new(path: &nn::Path, inputs: i64, outputs: i64, window: Window) -> Self {
        // tch initialises the norm's weight at random by default.
        let norm = nn::BatchNormConfig { ws_init: nn::Init::Const(1.0), ..Default::default() };
        Self {
            weight: path.var("weight", &[outputs, inputs, 3, 3], nn::init::DEFAULT_KAIMING_NORMAL),
            norm: nn::batch_norm2d((path / "norm").set_group(NO_DECAY_GROUP), outputs, norm),
            window,
        }
    }
}

impl ModuleT for ConvNorm {
    fn forward_t(&self, input: &Tensor, train: bool) -> Tensor {
        let (stride, padding) = (self.window.stride(), self.window.padding());
        let weight = self.weight.to_kind(input.kind());
        let convolved = input.conv2d(&weight, None::<&Tensor>, stride, padding, 1, 1);
        self.norm.forward_t(&convolved, train).relu_()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Device;

    #[test]
    fn the_network_returns_twelve_logits_per_image_and_every_layer_has_a_name() {
        let vs = nn::VarStore::new(Device::Cpu);
        let cnn = Cnn::new(&vs.root(), Architecture::Medium);
        let images = Tensor::rand([3, 1, 28, 28], (Kind::Float, Device::Cpu));
        assert_eq!(cnn.forward(&images, false).size(), [3, 12]);

        let variables = vs.variables();
        assert_eq!(variables.len(), 6 * 5 + 2);
        assert!(variables.keys().all(|name| name.starts_with("conv") || name.starts_with("head")));
    }

    #[test]
    fn bfloat16_computes_nearly_the_same_logits() {
        let vs = nn::VarStore::new(Device::Cpu);
        let cnn = Cnn::new(&vs.root(), Architecture::Small);
        let images = Tensor::rand([8, 1, 28, 28], (Kind::Float, Device::Cpu));
        let (whole, half) = (cnn.forward(&images, false), cnn.forward(&images.to_kind(Kind::BFloat16), false));
        assert_eq!(half.kind(), Kind::Float);
        let (off, spread) = ((&whole - half).abs().max(), whole.std(true));
        assert!(off.double_value(&[]) < 0.1 * spread.double_value(&[]).max(0.1), "{off:?} {spread:?}");
    }
}

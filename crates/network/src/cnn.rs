//! The convolutional network, layer by layer.

use tch::{
    Tensor,
    nn::{self, Module, ModuleT},
};

/// Names these layers in a model's card; it changes when a layer does.
pub const ARCHITECTURE: &str = "cnn7";

/// The variables that weight decay leaves alone (those of the norms) are in this group of the optimiser.
pub const NO_DECAY_GROUP: usize = 1;

/// Seven 3×3 convolutions and a linear head: 348 thousand parameters, 40 million operations for one digit.
///
/// The feature map keeps its layout into the head: where a stroke ends tells a 4 from a 9.
#[derive(Debug)]
pub struct Cnn {
    conv1: ConvNorm,
    conv2: ConvNorm,
    conv3: ConvNorm,
    conv4: ConvNorm,
    conv5: ConvNorm,
    conv6: ConvNorm,
    conv7: ConvNorm,
    head: nn::Linear,
}

impl Cnn {
    /// A network whose variables live under `path`, initialised at random.
    #[must_use]
    pub fn new(path: &nn::Path) -> Self {
        Self {
            conv1: ConvNorm::new(&(path / "conv1"), 1, 16, Window::Same),
            conv2: ConvNorm::new(&(path / "conv2"), 16, 32, Window::Halve),
            conv3: ConvNorm::new(&(path / "conv3"), 32, 48, Window::Same),
            conv4: ConvNorm::new(&(path / "conv4"), 48, 64, Window::Same),
            conv5: ConvNorm::new(&(path / "conv5"), 64, 96, Window::Halve),
            conv6: ConvNorm::new(&(path / "conv6"), 96, 128, Window::Same),
            conv7: ConvNorm::new(&(path / "conv7"), 128, 96, Window::Inner),
            head: nn::linear(path / "head", 96 * 5 * 5, 10, nn::LinearConfig::default()),
        }
    }

    /// Logits, `[batch, 10]`, of images `[batch, 1, 28, 28]` with ink from 0 to 1. `train` makes the norms use and
    /// update the statistics of the batch.
    pub fn forward(&self, images: &Tensor, train: bool) -> Tensor {
        normalise(images)
            .apply_t(&self.conv1, train) // 16 × 28 × 28
            .apply_t(&self.conv2, train) // 32 × 14 × 14
            .apply_t(&self.conv3, train) // 48 × 14 × 14
            .apply_t(&self.conv4, train) // 64 × 14 × 14
            .apply_t(&self.conv5, train) // 96 × 7 × 7
            .apply_t(&self.conv6, train) // 128 × 7 × 7
            .apply_t(&self.conv7, train) // 96 × 5 × 5
            .flatten(1, -1)
            .apply(&self.head)
    }
}

/// MNIST's training pixels have mean 0.1307 and standard deviation 0.3081.
fn normalise(images: &Tensor) -> Tensor {
    (images - 0.1307) / 0.3081
}

/// What a 3×3 convolution does to the sides of its input.
#[derive(Clone, Copy)]
enum Window {
    /// Padded: the sides stay.
    Same,
    /// Padded, every second place: the sides halve.
    Halve,
    /// Not padded: a pixel goes on each side.
    Inner,
}

/// A 3×3 convolution, batch norm and a rectifier.
#[derive(Debug)]
struct ConvNorm {
    conv: nn::Conv2D,
    norm: nn::BatchNorm,
}

impl ConvNorm {
    fn new(path: &nn::Path, inputs: i64, outputs: i64, window: Window) -> Self {
        let (stride, padding) = match window {
            Window::Same => (1, 1),
            Window::Halve => (2, 1),
            Window::Inner => (1, 0),
        };
        let convolution = nn::ConvConfig {
            stride,
            padding,
            bias: false, // the norm has one
            ws_init: nn::init::DEFAULT_KAIMING_NORMAL,
            ..Default::default()
        };
        // tch would start the norm's weight at random.
        let norm = nn::BatchNormConfig { ws_init: nn::Init::Const(1.0), ..Default::default() };
        Self {
            conv: nn::conv2d(path, inputs, outputs, 3, convolution),
            norm: nn::batch_norm2d((path / "norm").set_group(NO_DECAY_GROUP), outputs, norm),
        }
    }
}

impl ModuleT for ConvNorm {
    fn forward_t(&self, input: &Tensor, train: bool) -> Tensor {
        self.norm.forward_t(&self.conv.forward(input), train).relu()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind};

    #[test]
    fn ten_logits_come_of_each_image_and_every_layer_has_a_name() {
        let vs = nn::VarStore::new(Device::Cpu);
        let cnn = Cnn::new(&vs.root());
        let logits = cnn.forward(&Tensor::rand([3, 1, 28, 28], (Kind::Float, Device::Cpu)), false);
        assert_eq!(logits.size(), [3, 10]);

        let variables = vs.variables();
        let parameters: usize = vs.trainable_variables().iter().map(Tensor::numel).sum();
        assert_eq!((variables.len(), parameters), (7 * 5 + 2, 347_674));
        assert!(variables.keys().all(|name| name.starts_with("conv") || name.starts_with("head")));
    }
}

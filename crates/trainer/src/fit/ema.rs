//! The exponential moving average (EMA) of the weights, which is more accurate than the weights after the last step
//! (Polyak & Juditsky, 1992; Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", 2018).

use network::{Architecture, Cnn};
use tch::{Device, Tensor, nn::VarStore};

/// The share of the EMA that remains at each step.
pub(super) const DECAY: f64 = 0.999;

/// The EMA of a network's weights, in a separate network.
#[derive(Debug)]
pub(super) struct Ema {
    pub(super) variables: VarStore,
    pub(super) cnn: Cnn,
}

impl Ema {
    /// Returns an EMA that starts as a copy of the weights.
    pub(super) fn new(variables: &VarStore, architecture: Architecture, device: Device) -> Result<Self, tch::TchError> {
        let mut copy = VarStore::new(device);
        let cnn = Cnn::new(&copy.root(), architecture);
        copy.copy(variables)?;
        Ok(Self { variables: copy, cnn })
    }

    /// Moves the EMA towards the weights after `steps` steps. The decay is lower during the first steps, so that the
    /// random initialisation does not affect the EMA.
    pub(super) fn update(&self, variables: &VarStore, steps: i32) {
        let _no_grad = tch::no_grad_guard();
        let steps = f64::from(steps);
        let decay = DECAY.min((1.0 + steps) / (10.0 + steps));
        let weights = variables.variables();
        for (name, mut ema) in self.variables.variables() {
            if let Some(weight) = weights.get(&name) {
                let _ = ema.lerp_(weight, 1.0 - decay);
            }
        }
    }

    /// Updates the statistics of the norms with one of several batches. The average of the networks' statistics differs
    /// from the statistics of the averaged network.
    pub(super) fn recalibrate(&self, images: &Tensor) {
        let _no_grad = tch::no_grad_guard();
        let _ = self.cnn.forward(images, true);
    }
}

//! The average of the weights over the last thousand steps, which does better than the last ones alone
//! (Polyak & Juditsky, 1992; Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", 2018).

use network::{Architecture, Cnn};
use tch::{Device, Tensor, nn::VarStore};

/// What is left of an old weight after each step.
pub(super) const DECAY: f64 = 0.999;

/// An exponential moving average of a network's weights, itself a network.
#[derive(Debug)]
pub(super) struct Average {
    pub(super) variables: VarStore,
    pub(super) cnn: Cnn,
}

impl Average {
    /// Starts as a copy.
    pub(super) fn of(variables: &VarStore, architecture: Architecture, device: Device) -> Result<Self, tch::TchError> {
        let mut copy = VarStore::new(device);
        let cnn = Cnn::new(&copy.root(), architecture);
        copy.copy(variables)?;
        Ok(Self { variables: copy, cnn })
    }

    /// Moves towards the weights as they are after `steps` steps. Early on it follows closely, so that it does not
    /// drag the random beginning along.
    pub(super) fn follow(&self, variables: &VarStore, steps: i32) {
        let _no_grad = tch::no_grad_guard();
        let steps = f64::from(steps);
        let decay = DECAY.min((1.0 + steps) / (10.0 + steps));
        let theirs = variables.variables();
        for (name, mut average) in self.variables.variables() {
            if let Some(weight) = theirs.get(&name) {
                let _ = average.lerp_(weight, 1.0 - decay);
            }
        }
    }

    /// Measures the norms' statistics anew: averages of other networks' statistics are not those of the average.
    /// One batch of many.
    pub(super) fn recalibrate(&self, images: &Tensor) {
        let _no_grad = tch::no_grad_guard();
        let _ = self.cnn.forward(images, true);
    }
}

//! AdamW (Loshchilov & Hutter, "Decoupled Weight Decay Regularization", 2019), whose state can be saved.
//!
//! tch's optimisers do not expose their moments, without which a resumed run would lose accuracy for some steps.

use std::collections::BTreeMap;
use tch::{Tensor, nn::VarStore};

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;
/// The weight decay: the share that a step at learning rate 1 subtracts from a weight.
pub(super) const WEIGHT_DECAY: f64 = 0.02;

/// The mean and the mean square of each variable's gradients, and the number of steps.
#[derive(Debug)]
pub(super) struct AdamW {
    moments: BTreeMap<String, Moments>,
    steps: i32,
}

#[derive(Debug)]
struct Moments {
    variable: Tensor,
    mean: Tensor,
    square: Tensor,
    decay: f64,
}

impl AdamW {
    /// Returns the optimiser of all trainable variables. Biases and norms (vectors) have no weight decay.
    pub(super) fn new(variables: &VarStore) -> Self {
        let trainable = variables.variables().into_iter().filter(|(_, variable)| variable.requires_grad());
        let moments = trainable.map(|(name, variable)| {
            let decay = if variable.dim() > 1 { WEIGHT_DECAY } else { 0.0 };
            (name, Moments { mean: variable.zeros_like(), square: variable.zeros_like(), variable, decay })
        });
        Self { moments: moments.collect(), steps: 0 }
    }

    /// Takes one step down the gradient of `loss`.
    pub(super) fn step(&mut self, loss: &Tensor, learning_rate: f64) {
        for moments in self.moments.values_mut() {
            moments.variable.zero_grad();
        }
        loss.backward();
        let _no_grad = tch::no_grad_guard();
        self.steps += 1;
        let (mean_scale, square_scale) = (1.0 - BETA1.powi(self.steps), 1.0 - BETA2.powi(self.steps));
        for Moments { variable, mean, square, decay } in self.moments.values_mut() {
            let gradient = variable.grad();
            let _ = mean.lerp_(&gradient, 1.0 - BETA1);
            let _ = square.lerp_(&gradient.square(), 1.0 - BETA2);
            let spread = (&*square / square_scale).sqrt_() + EPSILON;
            let step = (&*mean / mean_scale) / spread + &*variable * *decay;
            *variable -= step * learning_rate;
        }
    }

    /// Returns the named tensors that a resumed run needs.
    pub(super) fn state(&self) -> impl Iterator<Item = (String, &Tensor)> {
        self.moments.iter().flat_map(|(name, moments)| {
            [(format!("{name}.mean"), &moments.mean), (format!("{name}.square"), &moments.square)]
        })
    }

    pub(super) const fn steps(&self) -> i32 {
        self.steps
    }

    pub(super) const fn set_steps(&mut self, steps: i32) {
        self.steps = steps;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind};

    #[test]
    fn the_optimiser_minimises_a_convex_loss() {
        let variables = VarStore::new(Device::Cpu);
        let x = variables.root().var("x", &[2], tch::nn::Init::Const(3.0));
        let mut optimiser = AdamW::new(&variables);
        let goal = Tensor::from_slice(&[1.0_f32, -1.0]);
        for _ in 0..500 {
            optimiser.step(&(&x - &goal).square().sum(Kind::Float), 0.05);
        }
        let off = (&x - goal).abs().max().double_value(&[]);
        assert!(off < 0.05, "{off}");
    }
}

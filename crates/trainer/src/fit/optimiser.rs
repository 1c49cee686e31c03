//! AdamW (Loshchilov & Hutter, "Decoupled Weight Decay Regularization", 2019), with a state that can be kept.
//!
//! tch's optimisers keep their moments to themselves, and a run that resumes without them stumbles.

use std::collections::BTreeMap;
use tch::{Tensor, nn::VarStore};

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;
/// The share of a weight that a step at learning rate 1 would take away.
pub(super) const WEIGHT_DECAY: f64 = 0.02;

/// Mean and mean square of each variable's gradients, and how many steps they were gathered over.
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
    /// For all trainable variables. Biases and norms (vectors) do not decay.
    pub(super) fn new(variables: &VarStore) -> Self {
        let trainable = variables.variables().into_iter().filter(|(_, variable)| variable.requires_grad());
        let moments = trainable.map(|(name, variable)| {
            let decay = if variable.dim() > 1 { WEIGHT_DECAY } else { 0.0 };
            (name, Moments { mean: variable.zeros_like(), square: variable.zeros_like(), variable, decay })
        });
        Self { moments: moments.collect(), steps: 0 }
    }

    /// One step down the gradient of `loss`.
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

    /// The state that a resumed run needs, by name.
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
    fn a_convex_loss_goes_to_its_minimum() {
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

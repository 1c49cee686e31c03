//! A network in training: its weights, their EMA, and the training loop.

use super::{FitOptions, Precision, ema::Ema, optimiser::AdamW, progress::Progress, schedule::one_cycle};
use crate::{
    data_mixture::{DataMixture, Target},
    loader::{Batch, each_batch},
    sample_set::SampleSet,
    score::as_f64,
    training_history::EpochLog,
};
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use network::{Calibration, Checkpoint, Cnn, Logits};
use std::path::Path;
use tch::{Device, Kind, Reduction, Tensor, nn::VarStore};

/// The share of a target that is spread over all classes.
pub(super) const LABEL_SMOOTHING: f64 = 0.01;
/// The teachers' share of the loss, and the distillation temperature (Hinton, Vinyals & Dean, "Distilling the Knowledge
/// in a Neural Network", 2015).
const DISTILLATION_WEIGHT: f64 = 0.7;
const DISTILLATION_TEMPERATURE: f64 = 3.0;
/// The batch size of scoring.
const SCORE_BATCH: usize = 500;
/// The number of batches that measure the statistics of the averaged network's norms.
const RECALIBRATION_BATCHES: usize = 100;

pub(super) struct Training {
    variables: VarStore,
    cnn: Cnn,
    pub(super) ema: Ema,
    optimiser: AdamW,
    teachers: Vec<Checkpoint>,
    device: Device,
}

impl Training {
    pub(super) fn new(options: &FitOptions, teachers: Vec<Checkpoint>, device: Device) -> anyhow::Result<Self> {
        let variables = VarStore::new(device);
        let cnn = Cnn::new(&variables.root(), options.recipe.architecture);
        let ema = Ema::new(&variables, options.recipe.architecture, device)?;
        let optimiser = AdamW::new(&variables);
        Ok(Self { variables, cnn, ema, optimiser, teachers, device })
    }

    /// Returns the number of trainable parameters.
    pub(super) fn parameters(&self) -> usize {
        self.variables.trainable_variables().iter().map(Tensor::numel).sum()
    }

    /// Returns the number of the optimiser's steps.
    pub(super) const fn steps(&self) -> i32 {
        self.optimiser.steps()
    }

    /// Resumes a saved run with the same settings, if the file exists.
    pub(super) fn resume(&mut self, path: &Path, settings: &str) -> anyhow::Result<Progress> {
        super::progress::resume(path, settings, &self.variables, &self.ema, &mut self.optimiser)
    }

    /// Saves the state of the run.
    pub(super) fn save(&self, path: &Path, progress: &Progress) -> anyhow::Result<()> {
        super::progress::save(path, progress, &self.variables, &self.ema, &self.optimiser)
    }

    /// Trains on the samples of an epoch; epochs are numbered from 1.
    pub(super) fn epoch(
        &mut self,
        number: u32,
        mixture: &DataMixture,
        holdouts: &[SampleSet],
        options: &FitOptions,
    ) -> anyhow::Result<EpochLog> {
        let epoch = mixture.epoch(number);
        let batches = epoch.len() / options.recipe.batch_size;
        let bar = epoch_bar(number, options.recipe.epochs, batches)?;
        let mut running = Running::default();
        let mut learning_rate = 0.0;
        each_batch(&epoch, options.recipe.batch_size, options.loaders, |batch| {
            let done = f64::from(number - 1) + as_f64(running.batches) / as_f64(batches);
            learning_rate = one_cycle(options.recipe.learning_rate, done / f64::from(options.recipe.epochs));
            let (loss, right) = self.train_step(&batch, options.recipe.precision, learning_rate)?;
            running.add(loss, right, options.recipe.batch_size);
            bar.set_message(running.to_string());
            bar.inc(1);
            anyhow::Ok(())
        })?;
        bar.finish_and_clear();
        let score = |set: &SampleSet| Ok(set.score(&self.logits(set)?, Calibration::NONE));
        Ok(EpochLog {
            epoch: number,
            loss: running.loss(),
            accuracy: running.accuracy(),
            learning_rate,
            holdouts: holdouts.iter().map(score).collect::<anyhow::Result<_>>()?,
            seconds: bar.elapsed().as_secs_f64(),
        })
    }

    /// Takes one step of the optimiser. Returns the mean loss and the number of correct predictions in the batch.
    fn train_step(&mut self, batch: &Batch, precision: Precision, learning_rate: f64) -> anyhow::Result<(f64, i64)> {
        let images = network::images(&batch.bitmaps)?.to_device(self.device).to_kind(precision.kind());
        let targets = Tensor::from_slice(&batch.targets).to_kind(Kind::Int64).to_device(self.device);
        let logits = self.cnn.forward(&images, true);
        let loss = self.loss(&logits, &targets, &images);
        self.optimiser.step(&loss, learning_rate);
        self.ema.update(&self.variables, self.optimiser.steps());
        let right = is_right(&logits, &targets).sum(Kind::Int64).int64_value(&[]);
        Ok((loss.double_value(&[]), right))
    }

    fn loss(&self, logits: &Tensor, targets: &Tensor, images: &Tensor) -> Tensor {
        let loss = cross_entropy(logits, targets);
        if self.teachers.is_empty() {
            return loss;
        }
        let targets = tch::no_grad(|| {
            let soft = |teacher: &Checkpoint| {
                (teacher.cnn.forward(images, false) / DISTILLATION_TEMPERATURE).softmax(-1, Kind::Float)
            };
            Tensor::stack(&self.teachers.iter().map(soft).collect::<Vec<_>>(), 0).mean_dim(0, false, Kind::Float)
        });
        let predictions = (logits / DISTILLATION_TEMPERATURE).log_softmax(-1, Kind::Float);
        let divergence =
            predictions.kl_div(&targets, Reduction::Sum, false) / logits.size()[0] * DISTILLATION_TEMPERATURE.powi(2);
        loss * (1.0 - DISTILLATION_WEIGHT) + divergence * DISTILLATION_WEIGHT
    }

    /// Measures the statistics of the averaged network's norms, on samples of an epoch that training did not use.
    pub(super) fn recalibrate(&self, mixture: &DataMixture, options: &FitOptions) -> anyhow::Result<()> {
        let samples = mixture.epoch(0).first(options.recipe.batch_size * RECALIBRATION_BATCHES);
        each_batch(&samples, options.recipe.batch_size, options.loaders, |batch| {
            self.ema.recalibrate(&network::images(&batch.bitmaps)?.to_device(self.device));
            anyhow::Ok(())
        })
    }

    /// Returns the averaged network's logits of a set.
    pub(super) fn logits(&self, set: &SampleSet) -> anyhow::Result<Vec<Logits>> {
        let _no_grad = tch::no_grad_guard();
        let mut logits = Vec::with_capacity(set.bitmaps.len());
        for bitmaps in set.bitmaps.chunks(SCORE_BATCH) {
            let images = network::images(bitmaps)?.to_device(self.device);
            logits.extend(network::rows(&self.ema.cnn.forward(&images, false))?);
        }
        Ok(logits)
    }
}

/// The index of the first class that is not a digit.
const FIRST_NON_DIGIT: i64 = 10;

/// The cross-entropy with label smoothing. The probability of [`Target::NotADigit`] is the sum of those of both classes that
/// are not digits.
fn cross_entropy(logits: &Tensor, targets: &Tensor) -> Tensor {
    let log_probabilities = logits.log_softmax(-1, Kind::Float);
    let non_digits = log_probabilities.narrow(-1, FIRST_NON_DIGIT, 2).logsumexp([-1].as_slice(), true);
    let of_targets = Tensor::cat(&[&log_probabilities, &non_digits], -1).gather(-1, &targets.unsqueeze(-1), false);
    let loss = of_targets.mean(Kind::Float) * (1.0 - LABEL_SMOOTHING);
    -(loss + log_probabilities.mean(Kind::Float) * LABEL_SMOOTHING)
}

/// Whether the most probable class of each row is the target's.
fn is_right(logits: &Tensor, targets: &Tensor) -> Tensor {
    let predicted = logits.argmax(-1, false);
    let any_non_digit = targets.eq(i64::from(Target::NOT_A_DIGIT)).logical_and(&predicted.ge(FIRST_NON_DIGIT));
    predicted.eq_tensor(targets).logical_or(&any_non_digit)
}

/// The loss and the accuracy of the epoch so far.
#[derive(Default)]
struct Running {
    batches: usize,
    loss: f64,
    samples: usize,
    right: i64,
}

impl Running {
    fn add(&mut self, loss: f64, right: i64, samples: usize) {
        self.batches += 1;
        self.loss += loss;
        self.samples += samples;
        self.right += right;
    }

    fn loss(&self) -> f64 {
        self.loss / as_f64(self.batches.max(1))
    }

    fn accuracy(&self) -> f64 {
        as_f64(usize::try_from(self.right).unwrap_or(0)) / as_f64(self.samples.max(1))
    }
}

impl std::fmt::Display for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "loss {:.4}  accuracy {:.2} %", self.loss(), self.accuracy() * 100.0)
    }
}

fn epoch_bar(epoch: u32, epochs: u32, batches: usize) -> anyhow::Result<ProgressBar> {
    let template = format!("epoch {epoch:2}/{epochs}  {{msg}}  {{wide_bar}} {{pos}}/{{len}}  {{eta}} left");
    let style = ProgressStyle::with_template(&template).context("the progress bar's template")?;
    Ok(ProgressBar::new(batches as u64).with_style(style))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loss_of_known_classes_is_the_usual_cross_entropy() {
        let logits = Tensor::randn([8, 12], (Kind::Float, Device::Cpu));
        let targets = Tensor::from_slice(&[0_i64, 3, 9, 10, 11, 5, 5, 1]);
        let usual = logits.cross_entropy_loss::<&Tensor>(&targets, None, Reduction::Mean, -100, LABEL_SMOOTHING);
        let difference = (cross_entropy(&logits, &targets) - usual).abs().double_value(&[]);
        assert!(difference < 1e-5, "{difference}");
    }

    #[test]
    fn a_sample_that_is_no_digit_for_an_unknown_reason_may_be_of_either_such_class() {
        let mut rows = [[-20.0_f32; 12]; 3];
        (rows[0][10], rows[1][11], rows[2][7]) = (20.0, 20.0, 20.0);
        let logits = Tensor::from_slice2(&rows);
        let targets = Tensor::from_slice(&[i64::from(Target::NOT_A_DIGIT); 3]);
        let loss = |row: i64| cross_entropy(&logits.narrow(0, row, 1), &targets.narrow(0, row, 1)).double_value(&[]);
        assert!(loss(0) < 0.5 && loss(1) < 0.5 && loss(2) > 30.0, "{} {} {}", loss(0), loss(1), loss(2));
        assert_eq!(Vec::<bool>::try_from(is_right(&logits, &targets)).unwrap(), [true, true, false]);
    }
}

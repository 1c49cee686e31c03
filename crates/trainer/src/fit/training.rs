//! A network in training: its weights, their EMA, and the training loop.

use super::{FitOptions, Precision, ema::Ema, optimiser::AdamW, progress::Progress, schedule::one_cycle};
use crate::{
    data_mixture::DataMixture,
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
        let cnn = Cnn::new(&variables.root(), options.architecture);
        let ema = Ema::new(&variables, options.architecture, device)?;
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
        let batches = epoch.len() / options.batch_size;
        let bar = epoch_bar(number, options.epochs, batches)?;
        let mut running = Running::default();
        let mut learning_rate = 0.0;
        each_batch(&epoch, options.batch_size, options.loaders, |batch| {
            let done = f64::from(number - 1) + as_f64(running.batches) / as_f64(batches);
            learning_rate = one_cycle(options.learning_rate, done / f64::from(options.epochs));
            let (loss, right) = self.train_step(&batch, options.precision, learning_rate)?;
            running.add(loss, right, options.batch_size);
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
        let classes = Tensor::from_slice(&batch.classes).to_kind(Kind::Int64).to_device(self.device);
        let logits = self.cnn.forward(&images, true);
        let loss = self.loss(&logits, &classes, &images);
        self.optimiser.step(&loss, learning_rate);
        self.ema.update(&self.variables, self.optimiser.steps());
        let right = logits.argmax(-1, false).eq_tensor(&classes).sum(Kind::Int64).int64_value(&[]);
        Ok((loss.double_value(&[]), right))
    }

    fn loss(&self, logits: &Tensor, classes: &Tensor, images: &Tensor) -> Tensor {
        let loss = logits.cross_entropy_loss::<&Tensor>(classes, None, Reduction::Mean, -100, LABEL_SMOOTHING);
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
        let samples = mixture.epoch(0).first(options.batch_size * RECALIBRATION_BATCHES);
        each_batch(&samples, options.batch_size, options.loaders, |batch| {
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

//! `trainer fit`: trains a network from nothing and writes it as a model.

use crate::{
    augment,
    mnist::{Examples, Mnist},
    schedule::one_cycle,
};
use anyhow::{Context, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use network::{ARCHITECTURE, Cnn, Hyperparameters, Metrics, ModelCard, ModelVersion, NO_DECAY_GROUP, Score};
use std::{path::PathBuf, time::Instant};
use tch::{
    Device, Kind, Reduction, Tensor,
    nn::{self, OptimizerConfig, VarStore},
};
use time::OffsetDateTime;

/// What `trainer fit` can be told.
#[derive(Debug, Args)]
pub struct FitOptions {
    /// Folder with the four files of MNIST, gzipped or not [default: download them once into ~/.cache/digits].
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Folder that models are written to.
    #[arg(long, default_value = "models")]
    pub models: PathBuf,
    /// The new model's name [default: cnn7-<today>].
    #[arg(long)]
    pub version: Option<ModelVersion>,
    /// Makes the new model the champion, the one that serves.
    #[arg(long)]
    pub promote: bool,
    /// Passes over the training set.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..))]
    pub epochs: u32,
    /// Images a step.
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(i64).range(1..))]
    pub batch_size: i64,
    /// The highest learning rate of the one-cycle schedule.
    #[arg(long, default_value_t = 2e-3)]
    pub learning_rate: f64,
    /// What all random numbers are drawn from.
    #[arg(long, default_value_t = 1)]
    pub seed: i64,
    /// Images held out of the training set to judge by.
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(i64).range(1..))]
    pub holdout: i64,
    /// Trains on this many images only.
    #[arg(long)]
    pub limit: Option<i64>,
    /// Threads that LibTorch computes with.
    #[arg(long, default_value_t = default_threads(), value_parser = clap::value_parser!(i32).range(1..))]
    pub threads: i32,
}

/// Decay of AdamW.
const WEIGHT_DECAY: f64 = 0.02;
/// Share of a target that is spread over all classes.
const LABEL_SMOOTHING: f64 = 0.02;
/// Images that are scored at once.
const SCORE_BATCH: i64 = 500;

fn default_threads() -> i32 {
    std::thread::available_parallelism().ok().and_then(|count| i32::try_from(count.get()).ok()).unwrap_or(1)
}

/// Trains, scores and writes a model.
///
/// # Errors
/// When the data cannot be had, the options make no sense or the model cannot be written.
pub fn run(options: &FitOptions) -> anyhow::Result<()> {
    let version = options.version.clone().map_or_else(version_of_today, Ok)?;
    let folder = options.models.join(version.as_str());
    ensure!(!folder.exists(), "{} exists already; name the new model with --version", folder.display());
    tch::set_num_threads(options.threads);
    tch::manual_seed(options.seed);

    let mnist = Mnist::load(options.data.as_deref())?;
    let (train, holdout) = split(&mnist.train, options)?;
    println!("training on {} images, holding out {}", train.len(), holdout.len());

    let started = Instant::now();
    let mut network = Network::new();
    network.fit(&train, &holdout, options)?;
    let metrics = Metrics { holdout: network.score(&holdout), test: network.score(&mnist.test) };
    report("hold-out", &metrics.holdout);
    report("test    ", &metrics.test);

    let card = card(version, options, metrics, train.len(), started, &network.variables);
    let version = card.version.clone();
    let folder = network::save(&options.models, card, &network.variables)?;
    println!("wrote {}", folder.display());
    if options.promote {
        version.promote(&options.models)?;
        println!("{version} is the champion now");
    }
    Ok(())
}

fn version_of_today() -> anyhow::Result<ModelVersion> {
    Ok(format!("{ARCHITECTURE}-{}", OffsetDateTime::now_utc().date()).parse()?)
}

/// Shuffles the training set and holds some of it out.
fn split(all: &Examples, options: &FitOptions) -> anyhow::Result<(Examples, Examples)> {
    let left = all.len() - options.holdout;
    let count = options.limit.unwrap_or(left).min(left);
    ensure!(count >= options.batch_size, "--holdout or --limit leaves too few images to train on");
    let order = Tensor::randperm(all.len(), (Kind::Int64, Device::Cpu));
    Ok((all.select(&order.narrow(0, options.holdout, count)), all.select(&order.narrow(0, 0, options.holdout))))
}

/// A network in training.
struct Network {
    variables: VarStore,
    cnn: Cnn,
}

impl Network {
    fn new() -> Self {
        let variables = VarStore::new(Device::Cpu);
        let cnn = Cnn::new(&variables.root());
        Self { variables, cnn }
    }

    fn fit(&mut self, train: &Examples, holdout: &Examples, options: &FitOptions) -> anyhow::Result<()> {
        let mut optimizer = nn::AdamW::default().build(&self.variables, options.learning_rate)?;
        optimizer.set_weight_decay(WEIGHT_DECAY);
        optimizer.set_weight_decay_group(NO_DECAY_GROUP, 0.0);
        let steps_an_epoch = train.len() / options.batch_size;
        let all_steps = steps_an_epoch * i64::from(options.epochs);

        for epoch in 1..=options.epochs {
            let bar = epoch_bar(epoch, options.epochs, steps_an_epoch)?;
            let order = Tensor::randperm(train.len(), (Kind::Int64, Device::Cpu));
            let mut running = Running::default();
            for step in 0..steps_an_epoch {
                let done = i64::from(epoch - 1) * steps_an_epoch + step;
                optimizer.set_lr(one_cycle(options.learning_rate, share(done, all_steps)));
                let (images, labels) = train.batch(&order.narrow(0, step * options.batch_size, options.batch_size));
                let logits = self.cnn.forward(&augment::vary(&images), true);
                let loss = logits.cross_entropy_loss::<&Tensor>(&labels, None, Reduction::Mean, -100, LABEL_SMOOTHING);
                optimizer.backward_step(&loss);
                running.add(&loss, &logits, &labels);
                bar.set_message(running.to_string());
                bar.inc(1);
            }
            bar.finish_and_clear();
            let score = self.score(holdout);
            println!(
                "epoch {epoch:2}/{}  {running}  hold-out accuracy {:.2} %  ({:.0} s)",
                options.epochs,
                score.accuracy * 100.0,
                bar.elapsed().as_secs_f64(),
            );
        }
        Ok(())
    }

    /// Accuracy and loss on a set, without variation.
    fn score(&self, examples: &Examples) -> Score {
        let _no_grad = tch::no_grad_guard();
        let (mut right, mut loss) = (0, 0.0);
        let mut start = 0;
        while start < examples.len() {
            let count = SCORE_BATCH.min(examples.len() - start);
            let (images, labels) =
                examples.batch(&Tensor::arange_start(start, start + count, (Kind::Int64, Device::Cpu)));
            let logits = self.cnn.forward(&images, false);
            right += hits(&logits, &labels);
            loss += logits.cross_entropy_loss::<&Tensor>(&labels, None, Reduction::Sum, -100, 0.0).double_value(&[]);
            start += count;
        }
        let images = examples.len();
        Score {
            images: usize::try_from(images).unwrap_or(0),
            errors: usize::try_from(images - right).unwrap_or(0),
            accuracy: share(right, images),
            loss: loss * share(1, images),
        }
    }
}

/// How many of a batch are named rightly.
fn hits(logits: &Tensor, labels: &Tensor) -> i64 {
    logits.argmax(-1, false).eq_tensor(labels).sum(Kind::Int64).int64_value(&[])
}

/// Loss and accuracy over the epoch so far.
#[derive(Default)]
struct Running {
    batches: i64,
    loss: f64,
    seen: i64,
    right: i64,
}

impl Running {
    fn add(&mut self, loss: &Tensor, logits: &Tensor, labels: &Tensor) {
        self.batches += 1;
        self.loss += loss.double_value(&[]);
        self.seen += labels.size()[0];
        self.right += hits(logits, labels);
    }
}

impl std::fmt::Display for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (loss, accuracy) = (self.loss * share(1, self.batches), share(self.right, self.seen) * 100.0);
        write!(f, "loss {loss:.4}  accuracy {accuracy:.2} %")
    }
}

fn epoch_bar(epoch: u32, epochs: u32, steps: i64) -> anyhow::Result<ProgressBar> {
    let template = format!("epoch {epoch:2}/{epochs}  {{msg}}  {{wide_bar}} {{pos}}/{{len}}  {{eta}} left");
    let style = ProgressStyle::with_template(&template).context("the progress bar's template")?;
    Ok(ProgressBar::new(steps.unsigned_abs()).with_style(style))
}

fn report(set: &str, score: &Score) {
    println!("{set}  accuracy {:.2} % ({} of {} wrong)", score.accuracy * 100.0, score.errors, score.images);
}

fn card(
    version: ModelVersion,
    options: &FitOptions,
    metrics: Metrics,
    images: i64,
    started: Instant,
    variables: &VarStore,
) -> ModelCard {
    ModelCard {
        version,
        architecture: ARCHITECTURE.to_owned(),
        parameters: variables.trainable_variables().iter().map(Tensor::numel).sum(),
        preprocessing: digit::ink::VERSION.to_owned(),
        trained_at: OffsetDateTime::now_utc(),
        training_seconds: started.elapsed().as_secs(),
        seed: options.seed,
        data: Mnist::files(),
        hyperparameters: Hyperparameters {
            epochs: options.epochs,
            batch_size: options.batch_size,
            peak_learning_rate: options.learning_rate,
            weight_decay: WEIGHT_DECAY,
            label_smoothing: LABEL_SMOOTHING,
            holdout: options.holdout,
            images,
        },
        metrics,
        weights_sha256: String::new(), // known once they are written
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn share(part: i64, whole: i64) -> f64 {
    part as f64 / whole.max(1) as f64
}

//! `trainer speed`: compares the latency of models.

use crate::score::as_f64;
use clap::Args;
use digit::Bitmap;
use network::{Classifier, ModelVersion};
use serde::Serialize;
use std::{path::PathBuf, time::Instant};

/// The options of `trainer speed`.
#[derive(Debug, Clone, Args)]
pub struct SpeedOptions {
    /// The models [default: the champion].
    pub versions: Vec<ModelVersion>,
    /// Folder with the models.
    #[arg(long, default_value = "models")]
    pub models: PathBuf,
    /// Rounds of measurement for each model and batch size.
    #[arg(long, default_value_t = 500)]
    pub rounds: usize,
    /// Batch sizes.
    #[arg(long, value_delimiter = ',', default_value = "1,2,4,8,16,32")]
    pub batches: Vec<usize>,
    /// Prints JSON, including the bitmaps, with which another program can be measured.
    #[arg(long)]
    pub json: bool,
}

/// The measurements.
#[derive(Debug, Serialize)]
struct Measured {
    /// The bitmaps that the models classified: the ten golden drawings, repeated to fill a batch.
    bitmaps: Vec<Bitmap>,
    models: Vec<Speed>,
}

/// The latency of a model.
#[derive(Debug, Serialize)]
struct Speed {
    version: ModelVersion,
    parameters: usize,
    batches: Vec<Times>,
}

/// The times of a batch, in microseconds.
#[derive(Debug, Serialize)]
struct Times {
    batch: usize,
    median: f64,
    fastest: f64,
}

/// Prints the median time per image for each model, on one thread. The models take turns, so that noise affects all
/// alike.
///
/// # Errors
/// When a model cannot be loaded or LibTorch fails.
pub fn run(options: &SpeedOptions) -> anyhow::Result<()> {
    anyhow::ensure!(!options.batches.contains(&0) && options.rounds > 0, "--rounds and --batches must be above 0");
    let measured = measure(options)?;
    if options.json {
        println!("{}", serde_json::to_string(&measured)?);
    } else {
        print!("{}", table(&measured.models, &options.batches));
    }
    Ok(())
}

fn measure(options: &SpeedOptions) -> anyhow::Result<Measured> {
    let mut versions = options.versions.clone();
    if versions.is_empty() {
        versions.push(network::champion(&options.models)?);
    }
    tch::set_num_threads(1);
    let classifiers = versions.iter().map(|version| network::load(&options.models, version));
    let classifiers = classifiers.collect::<Result<Vec<_>, _>>()?;
    let new = |classifier: &Classifier| Speed {
        version: classifier.card().version.clone(),
        parameters: classifier.card().parameters,
        batches: Vec::new(),
    };
    let mut models: Vec<Speed> = classifiers.iter().map(new).collect();
    let bitmaps = network::golden_bitmaps();
    for &batch in &options.batches {
        let filled: Vec<Bitmap> = bitmaps.iter().cycle().take(batch).cloned().collect();
        let classifiers: Vec<&Classifier> = classifiers.iter().collect();
        for (model, mut times) in models.iter_mut().zip(times(&classifiers, &filled, options.rounds)?) {
            let fastest = times.iter().copied().fold(f64::INFINITY, f64::min);
            model.batches.push(Times { batch, median: median(&mut times), fastest });
        }
    }
    Ok(Measured { bitmaps, models })
}

/// Returns the latency of a model as a multiple of another's, on one thread: the larger of the ratios for one bitmap and
/// for a batch. Each is the median over rounds, in which both models run one after the other, so that the load of the
/// machine affects both alike.
///
/// # Errors
/// When LibTorch fails.
pub fn ratio(model: &Classifier, reference: &Classifier) -> anyhow::Result<f64> {
    const ROUNDS: usize = 200;
    let threads = tch::get_num_threads();
    tch::set_num_threads(1);
    let golden = network::golden_bitmaps();
    let ratio = |batch: &[Bitmap]| {
        let times = times(&[model, reference], batch, ROUNDS)?;
        let mut ratios: Vec<f64> = times[0].iter().zip(&times[1]).map(|(model, reference)| model / reference).collect();
        anyhow::Ok(median(&mut ratios))
    };
    let largest = ratio(&golden[..1]).and_then(|one| Ok(one.max(ratio(&golden)?)));
    tch::set_num_threads(threads);
    largest
}

/// Returns each model's times for a batch, in microseconds.
fn times(models: &[&Classifier], batch: &[Bitmap], rounds: usize) -> anyhow::Result<Vec<Vec<f64>>> {
    let mut times = vec![Vec::with_capacity(rounds); models.len()];
    for round in 0..rounds + WARM_UP {
        for (model, times) in models.iter().zip(&mut times) {
            let started = Instant::now();
            model.classify(batch)?;
            if round >= WARM_UP {
                times.push(started.elapsed().as_secs_f64() * 1e6);
            }
        }
    }
    Ok(times)
}

/// The warm-up rounds, in which oneDNN chooses kernels and caches fill.
const WARM_UP: usize = 20;

fn median(times: &mut [f64]) -> f64 {
    let middle = times.len() / 2;
    *times.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// Returns a Markdown table: a row for each model, with the time per image for each batch size.
fn table(models: &[Speed], batches: &[usize]) -> String {
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let sizes = batches.iter().map(|batch| format!("batch of {batch}"));
    let head = row(["model".to_owned(), "parameters".to_owned()].into_iter().chain(sizes).collect());
    let rule = format!("| --- |{}", " ---: |".repeat(1 + batches.len()));
    let line = |model: &Speed| {
        let medians = model.batches.iter().map(|times| format!("{:.0} µs", times.median / as_f64(times.batch)));
        row([model.version.to_string(), model.parameters.to_string()].into_iter().chain(medians).collect())
    };
    let lines = models.iter().map(line);
    [head, rule].into_iter().chain(lines).map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_value() {
        assert!((median(&mut [9.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn the_table_shows_the_time_per_image() {
        let times = |batch, median| Times { batch, median, fastest: 1.0 };
        let batches = vec![times(1, 200.0), times(8, 808.0)];
        let speed = Speed { version: "v1".parse().unwrap(), parameters: 3, batches };
        let expected = "| model | parameters | batch of 1 | batch of 8 |\n\
            | --- | ---: | ---: | ---: |\n| v1 | 3 | 200 µs | 101 µs |\n";
        assert_eq!(table(&[speed], &[1, 8]), expected);
    }
}

//! `trainer speed`: how long models take to classify, side by side.

use clap::Args;
use digit::Bitmap;
use network::{Classifier, ModelVersion};
use std::{path::PathBuf, time::Instant};

/// What `trainer speed` can be told.
#[derive(Debug, Clone, Args)]
pub struct SpeedOptions {
    /// The models [default: the champion].
    pub versions: Vec<ModelVersion>,
    /// Folder with the models.
    #[arg(long, default_value = "models")]
    pub models: PathBuf,
    /// How often each is measured.
    #[arg(long, default_value_t = 500)]
    pub rounds: usize,
}

/// Bitmaps at once that are measured.
const BATCHES: [usize; 3] = [1, 8, 32];

/// Prints the median time for each model, one thread. Models take turns, so that a noisy machine is as noisy for all.
///
/// # Errors
/// When a model cannot be loaded or LibTorch fails.
pub fn run(options: &SpeedOptions) -> anyhow::Result<()> {
    let mut versions = options.versions.clone();
    if versions.is_empty() {
        versions.push(ModelVersion::champion(&options.models)?);
    }
    tch::set_num_threads(1);
    let models = versions.iter().map(|version| network::load(&options.models, version));
    let models = models.collect::<Result<Vec<_>, _>>()?;

    println!("| model | parameters | batch of 1 | batch of 8, an image | batch of 32, an image |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    let mut medians = vec![Vec::new(); models.len()];
    for batch in BATCHES {
        for (medians, median) in medians.iter_mut().zip(medians_of(&models, batch, options.rounds.max(1))?) {
            medians.push(format!("{:.0} µs", median / crate::score::as_f64(batch)));
        }
    }
    for (model, medians) in models.iter().zip(medians) {
        println!("| {} | {} | {} |", model.card().version, model.card().parameters, medians.join(" | "));
    }
    Ok(())
}

/// The median of each model's times for a batch, in microseconds.
fn medians_of(models: &[Classifier], batch: usize, rounds: usize) -> anyhow::Result<Vec<f64>> {
    let bar = |i: usize| if (12..16).contains(&(i % 28)) { 255 } else { 0 };
    let bitmaps = vec![Bitmap::new(std::array::from_fn(bar)); batch];
    let mut times = vec![Vec::with_capacity(rounds); models.len()];
    for round in 0..rounds + WARM_UP {
        for (model, times) in models.iter().zip(&mut times) {
            let started = Instant::now();
            model.classify(&bitmaps)?;
            if round >= WARM_UP {
                times.push(started.elapsed().as_secs_f64() * 1e6);
            }
        }
    }
    Ok(times.iter_mut().map(|times| median(times)).collect())
}

/// The first rounds choose kernels and fill caches.
const WARM_UP: usize = 20;

fn median(times: &mut [f64]) -> f64 {
    let middle = times.len() / 2;
    *times.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert!((median(&mut [9.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
    }
}

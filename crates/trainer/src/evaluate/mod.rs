//! `trainer evaluate`: how well a model does on everything that it was not trained on.

pub mod ablation;
mod findings;
pub mod sets;
mod table;

use crate::{
    data::Data,
    report,
    score::{Judged, Score},
    sets::Set,
    split::Split,
};
use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use network::{Class, Classifier, ModelCard, ModelVersion};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

pub use findings::{Findings, publish};

/// What `trainer evaluate` can be told.
#[derive(Debug, Clone, Args)]
pub struct EvaluateOptions {
    /// The model [default: the champion].
    pub version: Option<ModelVersion>,
    /// Folder with the models.
    #[arg(long, default_value = "models")]
    pub models: PathBuf,
    /// Folder with the folders mnist, pen and omniglot, of which the last two may be absent [default: download all once
    /// into ~/.cache/digits].
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Writes the scores to this file as JSON.
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Writes a report with curves and pictures to this file, one HTML page.
    #[arg(long)]
    pub report: Option<PathBuf>,
    /// Prints what each step of the preprocessing is worth instead.
    #[arg(long)]
    pub ablation: bool,
}

/// How well a model does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// What was judged.
    pub model: ModelVersion,
    /// The score of each set.
    pub scores: Vec<Score>,
}

/// A set with what the model said of each sample.
#[derive(Debug)]
pub struct JudgedSet {
    /// The set.
    pub set: Set,
    /// The answers, in the set's order.
    pub judged: Vec<Judged>,
}

impl JudgedSet {
    /// The set's score.
    #[must_use]
    pub fn score(&self) -> Score {
        Score::of(&*self.set.name, &self.judged)
    }
}

/// Samples that are judged at once.
const BATCH: usize = 32;

/// Judges a model and prints a table.
///
/// # Errors
/// When the data or the model cannot be had, or the JSON cannot be written.
pub fn run(options: &EvaluateOptions) -> anyhow::Result<()> {
    let version = options.version.clone().map_or_else(|| network::champion(&options.models), Ok)?;
    let classifier = network::load(&options.models, &version)?;
    let split = Split::new(Data::load(options.data.as_deref())?, None);
    if options.ablation {
        return ablation::run(&classifier, &split.test);
    }
    let findings = Findings::gather(&options.models, &classifier, &split)?;
    println!("{}", findings.table());
    if let Some(path) = &options.json {
        findings.write_json(path)?;
    }
    if let Some(path) = &options.report {
        report::write(path, &findings)?;
    }
    Ok(())
}

/// What the model says of every sample of these sets, drawn one set after the other.
///
/// # Errors
/// When LibTorch fails.
pub fn judge(classifier: &Classifier, sets: Vec<sets::Plan>) -> anyhow::Result<Vec<JudgedSet>> {
    let bar = ProgressBar::new(sets.len() as u64)
        .with_style(ProgressStyle::with_template("{msg}  {wide_bar} {pos}/{len}").context("the progress bar")?);
    let judge = |plan: sets::Plan<'_>| {
        bar.set_message(plan.name.clone());
        let set = plan.draw();
        let judged = answers(classifier, &set)?;
        bar.inc(1);
        Ok(JudgedSet { set, judged })
    };
    let judged = sets.into_iter().map(judge).collect();
    bar.finish_and_clear();
    judged
}

/// What the model says of each sample.
///
/// # Errors
/// When LibTorch fails.
pub fn answers(classifier: &Classifier, set: &Set) -> anyhow::Result<Vec<Judged>> {
    let mut judged = Vec::with_capacity(set.bitmaps.len());
    for (bitmaps, classes) in set.bitmaps.chunks(BATCH).zip(set.classes.chunks(BATCH)) {
        let said = classifier.classify(bitmaps)?;
        judged.extend(said.into_iter().zip(classes).map(|(said, &class): (_, &Class)| Judged { class, said }));
    }
    Ok(judged)
}

/// One line on what is judged.
fn about(card: &ModelCard) -> String {
    format!(
        "{}: {}, {} parameters, temperature {:.3}, rejects above {:.3}",
        card.version,
        card.architecture,
        card.parameters,
        card.calibration.temperature,
        card.calibration.rejection_threshold
    )
}

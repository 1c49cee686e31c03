//! The evaluation: classifies every sample of the test sets, which training does not see.

pub mod ablation;
pub mod test_sets;

use crate::{
    evaluation_report::{EvaluatedSet, EvaluationReport},
    sample_set::SampleSet,
    score::Evaluated,
    split::Split,
    training_history,
};
use anyhow::Context;
use digit::Bitmap;
use indicatif::{ProgressBar, ProgressStyle};
use network::{Classification, Classifier};
use std::path::Path;

/// The batch size of the evaluation.
const BATCH: usize = 32;

/// Evaluates a model on all test sets. `models` is the folder with its training history.
///
/// # Errors
/// When the training history is damaged, or LibTorch fails.
pub fn evaluate(models: &Path, classifier: &Classifier, split: &Split) -> anyhow::Result<EvaluationReport> {
    let card = classifier.card().clone();
    let training_history = training_history::read(&models.join(card.version.as_str()))?;
    Ok(EvaluationReport { card, training_history, sets: evaluate_sets(classifier, test_sets::all(split))? })
}

/// Renders the sets one after the other and classifies every sample.
fn evaluate_sets(classifier: &Classifier, plans: Vec<test_sets::Plan>) -> anyhow::Result<Vec<EvaluatedSet>> {
    let bar = ProgressBar::new(plans.len() as u64)
        .with_style(ProgressStyle::with_template("{msg}  {wide_bar} {pos}/{len}").context("the progress bar")?);
    let evaluate = |plan: test_sets::Plan<'_>| {
        bar.set_message(plan.name.clone());
        let set = plan.draw();
        let evaluated = evaluate_set(classifier, &set)?;
        bar.inc(1);
        Ok(EvaluatedSet { set, evaluated })
    };
    let sets = plans.into_iter().map(evaluate).collect();
    bar.finish_and_clear();
    sets
}

/// Classifies every sample of a set.
///
/// # Errors
/// When LibTorch fails.
pub fn evaluate_set(classifier: &Classifier, set: &SampleSet) -> anyhow::Result<Vec<Evaluated>> {
    let classifications = classify(classifier, &set.bitmaps)?.into_iter().zip(&set.classes);
    Ok(classifications.map(|(classification, &class)| Evaluated { class, classification }).collect())
}

/// Classifies bitmaps in batches.
///
/// # Errors
/// When LibTorch fails.
pub fn classify(classifier: &Classifier, bitmaps: &[Bitmap]) -> anyhow::Result<Vec<Classification>> {
    let mut classifications = Vec::with_capacity(bitmaps.len());
    for batch in bitmaps.chunks(BATCH) {
        classifications.extend(classifier.classify(batch)?);
    }
    Ok(classifications)
}

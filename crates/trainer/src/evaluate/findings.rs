//! All that is known of a model once it is judged: what tables and reports are made of.

use super::{Evaluation, JudgedSet, judge, sets, table};
use crate::{
    history::{self, EpochLog},
    report,
    split::Split,
};
use anyhow::Context;
use network::{Classifier, ModelCard, ModelVersion};
use std::{fs, path::Path};

/// A model, how it came to be, and what it says of every sample that it was not trained on.
#[derive(Debug)]
pub struct Findings {
    /// What it is.
    pub card: ModelCard,
    /// Its training, epoch by epoch; empty where that was not kept.
    pub history: Vec<EpochLog>,
    /// The sets with the model's answers.
    pub judged: Vec<JudgedSet>,
}

impl Findings {
    /// Judges a model of this folder by all sets.
    ///
    /// # Errors
    /// When its history is damaged or LibTorch fails.
    pub fn gather(models: &Path, classifier: &Classifier, split: &Split) -> anyhow::Result<Self> {
        let card = classifier.card().clone();
        let history = history::read(&models.join(card.version.as_str()))?;
        Ok(Self { history, judged: judge(classifier, sets::all(split))?, card })
    }

    /// The scores.
    #[must_use]
    pub fn evaluation(&self) -> Evaluation {
        Evaluation { model: self.card.version.clone(), scores: self.judged.iter().map(JudgedSet::score).collect() }
    }

    /// The scores as a table in text.
    #[must_use]
    pub fn table(&self) -> String {
        table::text(&self.card, &self.evaluation())
    }

    /// Writes the scores as JSON.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write_json(&self, path: &Path) -> anyhow::Result<()> {
        let json = serde_json::to_string_pretty(&self.evaluation())? + "\n";
        fs::write(path, json).with_context(|| format!("{}", path.display()))
    }
}

/// Judges a new model, prints the table, and leaves `evaluation.json` and `report.html` in its folder.
///
/// # Errors
/// When it cannot be loaded or judged, or a file cannot be written.
pub fn publish(models: &Path, version: &ModelVersion, split: &Split) -> anyhow::Result<()> {
    let folder = models.join(version.as_str());
    let findings = Findings::gather(models, &network::load(models, version)?, split)?;
    println!("{}", findings.table());
    findings.write_json(&folder.join("evaluation.json"))?;
    report::write(&folder.join("report.html"), &findings)
}

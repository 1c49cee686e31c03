//! The evaluation report: a model, its training history, and its classification of every sample of the test sets.

mod table;

use crate::{
    sample_set::SampleSet,
    score::{Evaluated, Score},
    training_history::EpochLog,
    whole_file,
};
use anyhow::Context;
use network::{ModelCard, ModelVersion};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The evaluation of a model, for the table, the JSON and the HTML page.
#[derive(Debug)]
pub struct EvaluationReport {
    /// The model.
    pub card: ModelCard,
    /// The results of each epoch; empty if there is no training history.
    pub training_history: Vec<EpochLog>,
    /// The test sets with the model's classifications.
    pub sets: Vec<EvaluatedSet>,
}

/// A set of samples with the model's classification of each.
#[derive(Debug)]
pub struct EvaluatedSet {
    /// The samples.
    pub set: SampleSet,
    /// The classifications, in the order of the samples.
    pub evaluated: Vec<Evaluated>,
}

/// The scores of a model: the contents of `evaluation.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The model.
    pub model: ModelVersion,
    /// The score of each set.
    pub scores: Vec<Score>,
}

impl EvaluationReport {
    /// Returns the scores.
    #[must_use]
    pub fn evaluation(&self) -> Evaluation {
        Evaluation { model: self.card.version.clone(), scores: self.sets.iter().map(EvaluatedSet::score).collect() }
    }

    /// Returns the scores as a table in Markdown.
    #[must_use]
    pub fn table(&self) -> String {
        table::text(&self.card, &self.evaluation().scores)
    }

    /// Writes the scores as JSON.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_json(&self, path: &Path) -> anyhow::Result<()> {
        let json = serde_json::to_string_pretty(&self.evaluation())? + "\n";
        whole_file::write(path, json).with_context(|| path.display().to_string())
    }
}

impl EvaluatedSet {
    /// Returns the score of the set.
    #[must_use]
    pub fn score(&self) -> Score {
        Score::of(&*self.set.name, &self.evaluated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training_history;
    use std::fs;

    /// Returns the folder of the champion, which is committed.
    fn champion() -> std::path::PathBuf {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
        models.join(network::champion(&models).unwrap().as_str())
    }

    #[test]
    fn the_committed_evaluation_and_history_can_be_read() {
        let json = fs::read_to_string(champion().join("evaluation.json")).unwrap();
        let evaluation: Evaluation = serde_json::from_str(&json).unwrap();
        assert!(!evaluation.scores.is_empty());
        assert!(!training_history::read(&champion()).unwrap().is_empty());
    }
}

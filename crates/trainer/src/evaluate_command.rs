//! `trainer evaluate`: evaluates a model on the test sets.

use crate::{data::Data, evaluate, evaluate::ablation, report, split::Split};
use clap::Args;
use network::ModelVersion;
use std::path::PathBuf;

/// The options of `trainer evaluate`.
#[derive(Debug, Clone, Args)]
pub struct EvaluateOptions {
    /// The model [default: the champion].
    pub version: Option<ModelVersion>,
    /// Folder with the models.
    #[arg(long, default_value = "models")]
    pub models: PathBuf,
    /// Folder with the data sets mnist, pen and omniglot; the last two are optional [default: download all once into
    /// ~/.cache/digits].
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Writes the scores to this file as JSON.
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Writes an HTML report with curves and pictures to this file.
    #[arg(long)]
    pub report: Option<PathBuf>,
    /// Prints the ablation of the preprocessing instead: the accuracy with fewer steps.
    #[arg(long)]
    pub ablation: bool,
}

/// Evaluates a model and prints a table.
///
/// # Errors
/// When the data or the model cannot be loaded, or a file cannot be written.
pub fn run(options: &EvaluateOptions) -> anyhow::Result<()> {
    let version = options.version.clone().map_or_else(|| network::champion(&options.models), Ok)?;
    let classifier = network::load(&options.models, &version)?;
    let split = Split::new(Data::load(options.data.as_deref())?, None);
    if options.ablation {
        return ablation::run(&classifier, &split.test);
    }
    let evaluation = evaluate::evaluate(&options.models, &classifier, &split)?;
    println!("{}", evaluation.table());
    if let Some(path) = &options.json {
        evaluation.write_json(path)?;
    }
    if let Some(path) = &options.report {
        report::write(path, &evaluation)?;
    }
    Ok(())
}

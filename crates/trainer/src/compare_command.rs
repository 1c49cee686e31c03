//! `trainer compare`: compares a challenger with the champion.

use crate::{
    compare::{Inputs, compare},
    comparison_rows,
    data::Data,
    gate::GateDrawings,
    report,
    split::Split,
    whole_file,
};
use anyhow::{Context, ensure};
use clap::Args;
use network::ModelVersion;
use std::path::{Path, PathBuf};
use wire::{Comparison, ComparisonOutcome};

/// The options of `trainer compare`.
#[derive(Debug, Clone, Args)]
pub struct CompareOptions {
    /// The challenger.
    pub challenger: ModelVersion,
    /// The model that it would replace [default: the champion].
    #[arg(long)]
    pub against: Option<ModelVersion>,
    /// Folder with the models.
    #[arg(long, default_value = "models")]
    pub models: PathBuf,
    /// Folder with the data sets mnist, pen and omniglot; the last two are optional [default: download all once into
    /// ~/.cache/digits].
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Collected drawings: lines of JSON with `id`, `writer`, `true_label` and `bitmap`. Without them, no challenger is
    /// better.
    #[arg(long)]
    pub collected: Option<PathBuf>,
    /// Writes the comparison to this file as JSON.
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Writes the comparison to this file as an HTML page, with pictures of the mistakes gained and lost.
    #[arg(long)]
    pub report: Option<PathBuf>,
}

/// Compares two models, prints a table, and returns the outcome.
///
/// # Errors
/// When the data or a model cannot be loaded, or a file cannot be written.
pub fn run(options: &CompareOptions) -> anyhow::Result<ComparisonOutcome> {
    let champion = options.against.clone().map_or_else(|| network::champion(&options.models), Ok)?;
    ensure!(champion != options.challenger, "{champion} is the champion itself; name its rival with --against");
    let collected = options.collected.as_deref();
    let collected = collected.map(|path| GateDrawings::read(&options.models, path)).transpose()?;
    let split = Split::new(Data::load(options.data.as_deref())?, None);
    let inputs = Inputs {
        models: &options.models,
        champion: Some(&champion),
        held_out: &split.holdout,
        collected: collected.as_ref(),
    };
    let comparison = compare(&options.challenger, inputs)?;
    println!("{}", comparison_rows::table(&comparison));
    if let Some(path) = &options.json {
        write_json(path, &comparison)?;
    }
    if let Some(path) = &options.report {
        report::write_comparison(path, &comparison)?;
    }
    Ok(comparison.outcome)
}

/// Writes a comparison as JSON.
///
/// # Errors
/// When the file cannot be written.
pub fn write_json(path: &Path, comparison: &Comparison) -> anyhow::Result<()> {
    let json = serde_json::to_string_pretty(comparison)? + "\n";
    whole_file::write(path, json).with_context(|| path.display().to_string())
}

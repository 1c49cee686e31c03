//! The promotion of a new model: the gate compares it with the champion first.

use super::FitOptions;
use crate::{
    compare::{Inputs, compare},
    compare_command::write_json,
    comparison_rows,
    gate::GateDrawings,
    report,
    split::Part,
};
use network::{ChampionError, ModelVersion};
use std::{io, path::Path};
use wire::ComparisonOutcome;

/// The outcome of a promotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promotion {
    /// Nobody requested the promotion.
    NotRequested,
    /// The model is the champion.
    Promoted,
    /// The gate did not allow the promotion.
    ChampionStays,
}

/// Promotes the model if it is better than the champion or the promotion is forced. Writes `comparison.json` and
/// `comparison.html` to the model's folder.
pub(super) fn promote(options: &FitOptions, version: &ModelVersion, held_out: &Part) -> anyhow::Result<Promotion> {
    let champion = current_champion(&options.models)?;
    let collected = options.collected.as_deref();
    let collected = collected.map(|path| GateDrawings::read(&options.models, path)).transpose()?;
    let inputs =
        Inputs { models: &options.models, champion: champion.as_ref(), held_out, collected: collected.as_ref() };
    let comparison = compare(version, inputs)?;
    let folder = options.models.join(version.as_str());
    write_json(&folder.join("comparison.json"), &comparison)?;
    report::write_comparison(&folder.join("comparison.html"), &comparison)?;
    println!("{}", comparison_rows::table(&comparison));
    let is_better = comparison.outcome == ComparisonOutcome::Better;
    if !is_better && !options.force {
        println!("the champion stays; --force promotes {} all the same", version.as_str());
        return Ok(Promotion::ChampionStays);
    }
    network::promote(&options.models, version)?;
    let forced = if is_better { "" } else { ", forced against the comparison" };
    println!("{} is the champion now{forced}", version.as_str());
    Ok(Promotion::Promoted)
}

/// Returns the champion; `None` if the folder names none yet.
fn current_champion(models: &Path) -> anyhow::Result<Option<ModelVersion>> {
    match network::champion(models) {
        Err(ChampionError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        champion => Ok(Some(champion?)),
    }
}

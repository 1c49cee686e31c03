//! The comparison: classifies the hold-outs and the collected drawings with both models, and applies the gate.

use crate::{
    evaluate::{classify, evaluate_set},
    gate::{self, Collected, CollectedDrawing, CollectedPair, Evidence, GateDrawings, PairedSet, SetKind, Speed},
    sample_set::SampleSet,
    score::Evaluated,
    speed,
    split::Part,
};
use network::{Classifier, ModelVersion};
use std::path::Path;
use time::OffsetDateTime;
use wire::{Comparison, ComparisonOutcome, GateCheck};

/// The inputs of a comparison, without the challenger.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The folder with the models.
    pub models: &'a Path,
    /// The model that serves. Without one, only the floor counts.
    pub champion: Option<&'a ModelVersion>,
    /// The held-out data.
    pub held_out: &'a Part,
    /// The collected drawings of the gate, if there are any.
    pub collected: Option<&'a GateDrawings>,
}

/// Compares a challenger with the champion.
///
/// # Errors
/// When the champion cannot be loaded, files are missing, or LibTorch fails.
pub fn compare(challenger: &ModelVersion, inputs: Inputs) -> anyhow::Result<Comparison> {
    let champion = inputs.champion.map(|champion| network::load(inputs.models, champion)).transpose()?;
    let rejected = |check| comparison(challenger, inputs.champion, vec![check]);
    let challenger = match network::load(inputs.models, challenger) {
        Ok(classifier) => classifier,
        Err(error) => return gate::invalid_checkpoint(&error.reason).map(rejected).ok_or_else(|| error.into()),
    };
    match champion {
        Some(champion) => compare_with(&champion, &challenger, inputs),
        None => check_floor(&challenger, inputs.held_out),
    }
}

/// Checks the first champion: it has to keep the floor.
fn check_floor(challenger: &Classifier, held_out: &Part) -> anyhow::Result<Comparison> {
    let scanned = evaluate_set(challenger, &SampleSet::scans("", &held_out.scans))?;
    Ok(comparison(&challenger.card().version, None, floor(&scanned)))
}

/// Applies all rules.
fn compare_with(champion: &Classifier, challenger: &Classifier, inputs: Inputs) -> anyhow::Result<Comparison> {
    let pairs = |gate: &GateDrawings| {
        anyhow::Ok(Collected { pairs: classify_collected(champion, challenger, &gate.drawings)?, uses: gate.uses })
    };
    let pair = |set| {
        let champion = evaluate_set(champion, &set)?;
        let challenger = evaluate_set(challenger, &set)?;
        anyhow::Ok(PairedSet { set, champion, challenger })
    };
    let evidence = Evidence {
        sets: gate::hold_outs(inputs.held_out).into_iter().map(pair).collect::<anyhow::Result<_>>()?,
        speed: measure_speed(champion, challenger)?,
        collected: inputs.collected.map(pairs).transpose()?,
    };
    let scanned = evidence.sets.iter().find(|set| set.kind() == SetKind::Scanned);
    let mut checks = floor(scanned.map_or(&[], |set| &set.challenger));
    checks.extend(gate::checks(&evidence));
    let mistakes = gate::mistakes(&evidence.sets, evidence.collected.as_ref());
    Ok(Comparison {
        gate_use: inputs.collected.map(|gate| gate.gate_use.clone()),
        mistakes_gained: mistakes.gained,
        mistakes_lost: mistakes.lost,
        ..comparison(&challenger.card().version, Some(&champion.card().version), checks)
    })
}

fn floor(scanned: &[Evaluated]) -> Vec<GateCheck> {
    gate::valid_checkpoint().into_iter().chain(gate::floor(scanned)).collect()
}

fn measure_speed(champion: &Classifier, challenger: &Classifier) -> anyhow::Result<Speed> {
    let architectures = (champion.card().architecture, challenger.card().architecture);
    if architectures.0 == architectures.1 {
        return gate::speed(|| speed::ratio(challenger, champion));
    }
    Ok(Speed::OtherArchitecture { champion: architectures.0, challenger: architectures.1 })
}

fn classify_collected(
    champion: &Classifier,
    challenger: &Classifier,
    drawings: &[CollectedDrawing],
) -> anyhow::Result<Vec<CollectedPair>> {
    let bitmaps: Vec<_> = drawings.iter().map(|drawing| drawing.bitmap.clone()).collect();
    let answers = classify(champion, &bitmaps)?.into_iter().zip(classify(challenger, &bitmaps)?);
    let pair = |(drawing, (champion, challenger)): (&CollectedDrawing, (network::Classification, _))| CollectedPair {
        id: drawing.id,
        writer: drawing.writer.clone(),
        true_label: drawing.true_label,
        champion: crate::score::answer(&champion),
        challenger: crate::score::answer(&challenger),
    };
    Ok(drawings.iter().zip(answers).map(pair).collect())
}

/// Returns a comparison with the outcome of its checks.
fn comparison(challenger: &ModelVersion, champion: Option<&ModelVersion>, checks: Vec<GateCheck>) -> Comparison {
    Comparison {
        challenger: challenger.clone(),
        champion: champion.cloned(),
        compared_at: OffsetDateTime::now_utc(),
        outcome: ComparisonOutcome::of(&checks),
        checks,
        gate_use: None,
        mistakes_gained: Vec::new(),
        mistakes_lost: Vec::new(),
    }
}

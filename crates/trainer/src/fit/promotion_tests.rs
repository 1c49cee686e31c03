//! Tests of the promotion with small networks, trained on drawings of many writers.

use super::{promotion::promote, tests::options, *};
use crate::{
    compare::{Inputs, compare},
    fixture,
};
use digit::Digit;
use network::{ChampionError, Checkpoint};
use std::{fmt::Write, path::PathBuf, sync::LazyLock};
use tch::Tensor;
use tempfile::TempDir;
use uuid::Uuid;
use wire::{CheckResult, Comparison, ComparisonOutcome, GateRule};

/// A network that knows all digits, one that never saw a 7, and one that learnt shuffled labels.
static TRAINED: LazyLock<TempDir> = LazyLock::new(|| {
    let models = tempfile::tempdir().unwrap();
    train_on(&models, "all-digits", |_| ());
    train_on(&models, "forgetful", |part| {
        part.scans.retain(|scan| scan.label != digit(7));
        part.pen.retain(|pen| pen.label != digit(7));
    });
    train_on(&models, "shuffled", |part| {
        let shuffled = |index: usize| digit(i64::try_from(index * index / 10 % 10).unwrap());
        part.scans.iter_mut().enumerate().for_each(|(index, scan)| scan.label = shuffled(index));
        part.pen.iter_mut().enumerate().for_each(|(index, pen)| pen.label = shuffled(index));
    });
    models
});

/// The held-out data to which the networks are calibrated.
static HELD_OUT: LazyLock<Part> = LazyLock::new(|| fixture::split(WRITERS).holdout);
const WRITERS: u32 = 60;

fn digit(value: i64) -> Digit {
    Digit::try_from(value).unwrap()
}

fn version(name: &str) -> ModelVersion {
    name.parse().unwrap()
}

fn train_on(models: &TempDir, name: &str, change: impl Fn(&mut Part)) {
    let mut split = fixture::split(WRITERS);
    change(&mut split.train);
    let options = FitOptions { models: models.path().to_owned(), ..options() };
    let (version, command) = (version(name), options.command());
    train(Run { options: &options, version: &version, command, on_epoch: &mut |_| () }, &mut split).unwrap();
}

/// Returns a folder with copies of these models. The first is the champion.
fn folder_with(names: &[&str]) -> TempDir {
    let models = tempfile::tempdir().unwrap();
    for name in names {
        let folder = models.path().join(name);
        fs::create_dir(&folder).unwrap();
        for file in ["card.json", "weights.safetensors"] {
            fs::copy(TRAINED.path().join(name).join(file), folder.join(file)).unwrap();
        }
    }
    network::promote(models.path(), &version(names[0])).unwrap();
    models
}

/// Writes a copy of a model with another card.
fn copy(models: &TempDir, name: &str, change: impl Fn(&mut ModelCard)) -> PathBuf {
    let [from, to] = ["all-digits", name].map(|name| models.path().join(name));
    fs::create_dir(&to).unwrap();
    fs::copy(from.join("weights.safetensors"), to.join("weights.safetensors")).unwrap();
    let mut card: ModelCard = serde_json::from_slice(&fs::read(from.join("card.json")).unwrap()).unwrap();
    card.version = version(name);
    change(&mut card);
    fs::write(to.join("card.json"), serde_json::to_string(&card).unwrap()).unwrap();
    to
}

/// Writes a copy of a model that confuses 1 and 7: it differs in no other answer.
fn write_confused(models: &TempDir) {
    let Checkpoint { mut card, variables, .. } =
        network::open(models.path(), &version("all-digits"), Device::Cpu).unwrap();
    let swapped = Tensor::from_slice(&[0_i64, 7, 2, 3, 4, 5, 6, 1, 8, 9, 10, 11]);
    tch::no_grad(|| {
        for name in ["head.weight", "head.bias"] {
            let mut head = variables.variables()[name].shallow_clone();
            head.copy_(&head.index_select(0, &swapped));
        }
    });
    card.version = version("confused");
    network::save(models.path(), card, &variables).unwrap();
}

/// Compares a model with the one that knows all digits.
fn compare_with_all_digits(models: &TempDir, challenger: &str) -> Comparison {
    let champion = version("all-digits");
    let inputs = Inputs { models: models.path(), champion: Some(&champion), held_out: &HELD_OUT, collected: None };
    compare(&version(challenger), inputs).unwrap()
}

fn failed(comparison: &Comparison) -> Vec<(GateRule, Option<&str>)> {
    let failed = comparison.checks.iter().filter(|check| check.result == CheckResult::Failed);
    failed.map(|check| (check.rule, check.slice.as_deref())).collect()
}

/// Writes the drawings of 30 writers as lines of JSON. Returns the path.
fn collected(folder: &TempDir) -> PathBuf {
    let drawings = fixture::split(30).train;
    let mut lines = String::new();
    for (index, (scan, pen)) in drawings.scans.iter().zip(&drawings.pen).enumerate() {
        let (id, bitmap) = (Uuid::from_u128(index as u128), serde_json::to_string(&scan.bitmap).unwrap());
        let (writer, label) = (pen.writer, scan.label);
        writeln!(lines, r#"{{"id":"{id}","writer":"{writer}","true_label":{label},"bitmap":{bitmap}}}"#).unwrap();
    }
    let path = folder.path().join("collected.ndjson");
    fs::write(&path, lines).unwrap();
    path
}

#[test]
fn a_model_that_reads_what_the_champion_misreads_is_promoted() {
    let models = folder_with(&["all-digits"]);
    write_confused(&models);
    network::promote(models.path(), &version("confused")).unwrap();
    let collected = Some(collected(&models));
    let options = FitOptions { models: models.path().to_owned(), promote: true, collected, ..options() };
    let promotion = promote(&options, &version("all-digits"), &HELD_OUT).unwrap();
    assert_eq!(promotion, Promotion::Promoted);
    assert_eq!(network::champion(models.path()).unwrap(), version("all-digits"));

    let folder = models.path().join("all-digits");
    let json = fs::read_to_string(folder.join("comparison.json")).unwrap();
    let comparison: Comparison = serde_json::from_str(&json).unwrap();
    assert_eq!((comparison.outcome, comparison.reasons().count()), (ComparisonOutcome::Better, 0));
    assert!(comparison.mistakes_lost.iter().any(|mistake| mistake.set == "collected drawings"));
    assert!(fs::read_to_string(folder.join("comparison.html")).unwrap().contains("Mistakes lost"));
    assert_eq!(crate::gate::read_uses(models.path()).unwrap(), [comparison.gate_use.unwrap()]);
}

#[test]
fn a_challenger_that_forgot_the_seven_is_rejected_by_name_and_the_champion_stays() {
    let models = folder_with(&["all-digits", "forgetful"]);
    let comparison = compare_with_all_digits(&models, "forgetful");
    assert_eq!(comparison.outcome, ComparisonOutcome::Worse);
    let digits: Vec<_> = failed(&comparison)
        .into_iter()
        .filter(|(_, slice)| slice.is_some_and(|slice| slice.starts_with("digit")))
        .collect();
    assert_eq!(digits, [(GateRule::SliceHarm, Some("digit 7"))]);

    let options = FitOptions { models: models.path().to_owned(), promote: true, ..options() };
    let promotion = promote(&options, &version("forgetful"), &HELD_OUT).unwrap();
    assert_eq!(promotion, Promotion::ChampionStays);
    assert_eq!(network::champion(models.path()).unwrap(), version("all-digits"));
}

#[test]
fn the_first_model_of_a_folder_has_to_keep_the_floor_unless_it_is_forced() {
    let models = folder_with(&["shuffled", "all-digits"]);
    fs::remove_file(models.path().join("champion")).unwrap();
    let options = FitOptions { models: models.path().to_owned(), promote: true, ..options() };

    assert_eq!(promote(&options, &version("shuffled"), &HELD_OUT).unwrap(), Promotion::ChampionStays);
    let json = fs::read(models.path().join("shuffled/comparison.json")).unwrap();
    let comparison: Comparison = serde_json::from_slice(&json).unwrap();
    assert_eq!(failed(&comparison), [(GateRule::Loss, None), (GateRule::Accuracy, None)]);
    assert!(matches!(network::champion(models.path()), Err(ChampionError::Io { .. })));

    assert_eq!(promote(&options, &version("all-digits"), &HELD_OUT).unwrap(), Promotion::Promoted);
    let forced = FitOptions { force: true, ..options };
    assert_eq!(promote(&forced, &version("shuffled"), &HELD_OUT).unwrap(), Promotion::Promoted);
    assert_eq!(network::champion(models.path()).unwrap(), version("shuffled"));
    assert!(forced.command().ends_with(" --promote --force"), "{}", forced.command());
}

#[test]
fn a_challenger_that_rejects_too_much_is_rejected_by_name() {
    let models = folder_with(&["all-digits"]);
    copy(&models, "strict", |card| card.calibration.rejection_threshold = 0.0);
    let comparison = compare_with_all_digits(&models, "strict");
    assert_eq!(comparison.outcome, ComparisonOutcome::Worse);
    let failed = failed(&comparison);
    assert!(failed.contains(&(GateRule::RejectedDigits, Some(sample_set::HELD_OUT_SCANS))), "{failed:?}");
}

#[test]
fn weights_that_are_not_finite_are_rejected_by_name() {
    let models = folder_with(&["all-digits"]);
    let folder = copy(&models, "infinite", |_| ());
    let checkpoint = network::open(models.path(), &version("all-digits"), Device::Cpu).unwrap();
    let mut variables = checkpoint.variables.variables();
    let _ = tch::no_grad(|| variables.get_mut("head.bias").unwrap().fill_(f64::NAN));
    let weights = folder.join("weights.safetensors");
    network::write_variables(&weights, variables, "").unwrap();
    let mut card = checkpoint.card;
    (card.version, card.weights_sha256) = (version("infinite"), network::sha256(&fs::read(weights).unwrap()));
    fs::write(folder.join("card.json"), serde_json::to_string(&card).unwrap()).unwrap();

    let comparison = compare_with_all_digits(&models, "infinite");
    assert_eq!(
        (comparison.outcome, failed(&comparison)),
        (ComparisonOutcome::Worse, vec![(GateRule::FiniteWeights, None)])
    );
    assert!(comparison.checks[0].detail.as_ref().unwrap().contains("head.bias"));
}

#[test]
fn golden_drawings_with_other_logits_are_rejected_by_name() {
    let models = folder_with(&["all-digits"]);
    copy(&models, "other", |card| card.golden[7][7] += 1.0);
    let comparison = compare_with_all_digits(&models, "other");
    assert_eq!(
        (comparison.outcome, failed(&comparison)),
        (ComparisonOutcome::Worse, vec![(GateRule::GoldenDrawings, None)])
    );
}

#[test]
fn a_copy_of_the_champion_is_inconclusive() {
    let models = folder_with(&["all-digits"]);
    copy(&models, "copy", |_| ());
    let comparison = compare_with_all_digits(&models, "copy");
    assert_eq!(comparison.outcome, ComparisonOutcome::Inconclusive, "{:?}", comparison.reasons().collect::<Vec<_>>());
    assert!(comparison.mistakes_gained.is_empty() && comparison.mistakes_lost.is_empty());
}

#[test]
fn a_missing_challenger_is_an_error_and_no_comparison() {
    let models = folder_with(&["all-digits"]);
    let inputs = Inputs { models: models.path(), champion: None, held_out: &HELD_OUT, collected: None };
    assert!(compare(&version("missing"), inputs).unwrap_err().to_string().contains("missing"));
}

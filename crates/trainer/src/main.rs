//! The trainer's command line.

use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;
use std::process::ExitCode;
use trainer::{
    compare_command::{self, CompareOptions},
    evaluate_command::{self, EvaluateOptions},
    fit::{self, FitOptions, Promotion},
    learn::{self, LearnOptions},
    speed::{self, SpeedOptions},
};
use wire::ComparisonOutcome;

/// Trains the network that digits serves.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Trains a network and writes it to models/<version>.
    Fit(FitOptions),
    /// Trains a network on public data and the training examples of a service, compares it with the model that serves, and
    /// submits it to the registry.
    Learn(LearnOptions),
    /// Evaluates a model on the test sets.
    Evaluate(EvaluateOptions),
    /// Compares a model with the champion. The exit status is 2 if the champion stays.
    Compare(CompareOptions),
    /// Measures the latency of models.
    Speed(SpeedOptions),
}

/// LibTorch allocates new tensors for every operation, and glibc's allocator takes a quarter of a small batch's time.
/// mimalloc replaces it in the whole process, LibTorch included.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The exit status of a command that ran, but keeps the champion.
const CHAMPION_STAYS: u8 = 2;

fn main() -> anyhow::Result<ExitCode> {
    let champion_stays = match Cli::parse().command {
        Command::Fit(options) => fit::run(&options)? == Promotion::ChampionStays,
        Command::Compare(options) => compare_command::run(&options)? != ComparisonOutcome::Better,
        Command::Learn(options) => learn::run(&options).map(|()| false)?,
        Command::Evaluate(options) => evaluate_command::run(&options).map(|()| false)?,
        Command::Speed(options) => speed::run(&options).map(|()| false)?,
    };
    Ok(if champion_stays { CHAMPION_STAYS.into() } else { ExitCode::SUCCESS })
}

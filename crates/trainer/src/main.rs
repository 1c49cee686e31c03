//! The trainer's command line.

use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;
use trainer::{
    evaluate_command::{self, EvaluateOptions},
    fit::{self, FitOptions},
    speed::{self, SpeedOptions},
};

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
    /// Evaluates a model on the test sets.
    Evaluate(EvaluateOptions),
    /// Measures the latency of models.
    Speed(SpeedOptions),
}

/// LibTorch allocates new tensors for every operation, and glibc's allocator takes a quarter of a small batch's time.
/// mimalloc replaces it in the whole process, LibTorch included.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Fit(options) => fit::run(&options),
        Command::Evaluate(options) => evaluate_command::run(&options),
        Command::Speed(options) => speed::run(&options),
    }
}

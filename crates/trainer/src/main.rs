//! The trainer's command line.

use clap::{Parser, Subcommand};
use trainer::{
    evaluate::{self, EvaluateOptions},
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
    /// Judges a model by all that it was not trained on.
    Evaluate(EvaluateOptions),
    /// Measures how long models take.
    Speed(SpeedOptions),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Fit(options) => fit::run(&options),
        Command::Evaluate(options) => evaluate::run(&options),
        Command::Speed(options) => speed::run(&options),
    }
}

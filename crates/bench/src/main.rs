//! The load generator: how fast digits is, in a browser as well, and whether it stays sound while models change, for very
//! many requests, when it is asked for far too much, and when it has very much to look back on.

mod config;
mod load;
mod memory;
mod overload;
mod pace;
mod past;
mod pen_up;
mod people;
mod pictures;
mod question;
mod report;
mod slow;
mod soak;
mod speed;
mod stats;
mod swaps;
mod target;

use clap::Parser;
use config::{Config, What};
use std::process::ExitCode;

// One thread is enough to ask, and leaves the processor to those who answer.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Config::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line with all causes. Returned from `main`, the error would be printed with a stack trace.
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(config: &Config) -> anyhow::Result<()> {
    match &config.what {
        What::Speed(speed) => speed::measure(speed, &config.services).await,
        What::Swaps(swaps) => swaps::check(swaps, &config.services).await,
        What::Soak(soak) => soak::check(soak, &config.services).await,
        What::Overload(overload) => overload::check(overload, &config.services).await,
        What::People(people) => people::draw(people, &config.services).await,
        What::Past(past) => past::measure(past, &config.services).await,
        What::PenUp(pen_up) => pen_up::measure(pen_up, &config.services).await,
    }
}

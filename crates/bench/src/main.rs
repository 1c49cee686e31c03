//! The load generator: measures throughput and latency, also in a browser, and checks the services while models are
//! switched, over very many requests, under overload, under abuse and with a long history.

mod abuse;
mod arrival_rate;
mod config;
mod history_latency;
mod input_latency;
mod load;
mod memory;
mod overload;
mod pictures;
mod report;
mod request_template;
mod seed_data;
mod slow;
mod soak;
mod speed;
mod stats;
mod swaps;
mod target;

use clap::Parser;
use config::{Config, What};
use std::process::ExitCode;

// The requests need one thread only, which leaves the other cores to the services.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Config::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A single line with all causes. `main` would print the error with a stack trace.
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
        What::Abuse(abuse) => abuse::check(abuse, &config.services).await,
        What::SeedData(seed_data) => seed_data::draw(seed_data, &config.services).await,
        What::HistoryLatency(history_latency) => history_latency::measure(history_latency, &config.services).await,
        What::InputLatency(input_latency) => input_latency::measure(input_latency, &config.services).await,
    }
}

//! The load generator: measures throughput and latency, in a browser as well, and checks the services while models change,
//! for very many requests, under overload, and over a long history.

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

// One thread is enough for the requests, and leaves the processor to the services.
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
        What::SeedData(seed_data) => seed_data::draw(seed_data, &config.services).await,
        What::HistoryLatency(history_latency) => history_latency::measure(history_latency, &config.services).await,
        What::InputLatency(input_latency) => input_latency::measure(input_latency, &config.services).await,
    }
}

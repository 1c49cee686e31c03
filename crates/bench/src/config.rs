//! The options of the load generator.

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use std::{
    num::{NonZeroU32, NonZeroUsize},
    path::PathBuf,
    str::FromStr,
};

/// Loads digits, and measures how it fares.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub(crate) struct Config {
    #[command(subcommand)]
    pub(crate) what: What,
    #[command(flatten)]
    pub(crate) services: Services,
}

/// The measurement.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum What {
    /// The throughput and latency of `POST /predict`, beside a peer in turns if there is one.
    Speed(Speed),
    /// Whether the model can be exchanged while it is asked: every answer is held to what its version says.
    Swaps(Swaps),
    /// Whether memory stays as it is over very many requests.
    Soak(Soak),
    /// The services under many times as many requests as they can answer.
    Overload(Overload),
    /// The latency of the history and of the quality figures.
    HistoryLatency(HistoryLatency),
    /// Nothing: submits drawings with style jitter and labels most of them, as seed data.
    SeedData(SeedData),
    /// The time on the page from the end of a drawing until the answer is painted.
    InputLatency(InputLatency),
}

/// The addresses and processes of digits.
#[derive(Debug, Clone, Args)]
pub(crate) struct Services {
    /// The web service.
    #[arg(long, env = "API_URL", default_value = "http://127.0.0.1:8501", global = true)]
    pub(crate) api_url: String,
    /// The model service.
    #[arg(long, env = "MODEL_URL", default_value = "http://127.0.0.1:8000", global = true)]
    pub(crate) model_url: String,
    /// A process whose memory to tell, that of its children included.
    #[arg(long = "pid", value_name = "NAME=PID", global = true)]
    pub(crate) processes: Vec<Process>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Speed {
    /// The address of a peer that takes POST /predict/ with a field "file".
    #[arg(long, env = "PEER_URL")]
    pub(crate) peer_url: Option<String>,
    /// Clients that ask at a time, each again as soon as it is answered, on a connection of its own.
    #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
    pub(crate) clients: Vec<usize>,
    /// Seconds of a round.
    #[arg(long, default_value = "10")]
    pub(crate) seconds: u64,
    /// Rounds for each number of clients and each target; their medians count.
    #[arg(long, default_value = "3")]
    pub(crate) rounds: NonZeroU32,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Swaps {
    /// The folder with the models that the service follows; a second version is made in it.
    #[arg(long, env = "MODEL_DIR", default_value = "models")]
    pub(crate) models: PathBuf,
    /// How many times the version that serves is exchanged.
    #[arg(long, default_value = "100")]
    pub(crate) count: usize,
    /// Requests a second, whether or not earlier ones are answered.
    #[arg(long, default_value = "200")]
    pub(crate) rate: NonZeroU32,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Soak {
    /// How many requests.
    #[arg(long, default_value = "1000000")]
    pub(crate) requests: u64,
    /// Clients that ask at a time.
    #[arg(long, default_value = "4")]
    pub(crate) clients: NonZeroUsize,
    /// How much a process may grow after the first tenth, in percent.
    #[arg(long, default_value = "5")]
    pub(crate) percent: u32,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Overload {
    /// How many times as many requests are sent as were answered when each client waited for its answer.
    #[arg(long, default_value = "10")]
    pub(crate) times: NonZeroU32,
    /// Seconds of too much.
    #[arg(long, default_value = "60")]
    pub(crate) seconds: u64,
    /// Connections to send over.
    #[arg(long, default_value = "128")]
    pub(crate) connections: usize,
    /// Milliseconds that a drawing may wait for its turn, as the model service was told.
    #[arg(long, env = "MODEL_PATIENCE_MS", default_value = "2000")]
    pub(crate) patience_ms: u32,
    /// Connections that never send the rest of their request.
    #[arg(long, default_value = "3000")]
    pub(crate) half_sent: u32,
    /// Connections that hardly read an answer of nearly 5 MB.
    #[arg(long, default_value = "100")]
    pub(crate) slow_readers: u32,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct HistoryLatency {
    /// How often each page is requested.
    #[arg(long, default_value = "100")]
    pub(crate) requests: NonZeroUsize,
    /// Milliseconds within which 95 of 100 requests for each page must be answered.
    #[arg(long, default_value = "50")]
    pub(crate) limit_ms: u64,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct InputLatency {
    /// How many digits are drawn.
    #[arg(long, default_value = "200")]
    pub(crate) drawings: usize,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct SeedData {
    /// How many drawings.
    #[arg(long, default_value = "600")]
    pub(crate) drawings: u32,
    /// The seed of the style jitter.
    #[arg(long, default_value = "1")]
    pub(crate) seed: u64,
}

/// A process and what to call it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Process {
    pub(crate) name: String,
    pub(crate) pid: u32,
}

impl FromStr for Process {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (name, pid) = text.split_once('=').context("say NAME=PID")?;
        Ok(Self { name: name.to_owned(), pid: pid.parse().context("the PID is a number")? })
    }
}

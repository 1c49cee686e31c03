//! The options of the load generator.

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use std::{
    num::{NonZeroU32, NonZeroUsize},
    path::PathBuf,
    str::FromStr,
};

/// Measures digits under load.
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
    /// Measures the throughput and latency of `POST /predict`, in turns with a peer if there is one.
    Speed(Speed),
    /// Switches the model under load, and checks that every response agrees with the version that it names.
    Swaps(Swaps),
    /// Checks that memory does not grow over very many requests.
    Soak(Soak),
    /// Sends many times the capacity in requests, and checks the responses.
    Overload(Overload),
    /// Misuses digits from one address, and checks what it stores, changes and sees, and what other clients notice.
    Abuse(Abuse),
    /// Measures the latency of the history and of the quality page.
    HistoryLatency(HistoryLatency),
    /// Submits drawings with style jitter and labels most of them, as seed data. It measures nothing.
    SeedData(SeedData),
    /// Measures the time on the page from the end of a stroke to the painted prediction.
    InputLatency(InputLatency),
}

/// The addresses and processes of digits.
#[derive(Debug, Clone, Args)]
pub(crate) struct Services {
    /// Address of the web service.
    #[arg(long, env = "API_URL", default_value = "http://127.0.0.1:8501", global = true)]
    pub(crate) api_url: String,
    /// Address of the model service.
    #[arg(long, env = "MODEL_URL", default_value = "http://127.0.0.1:8000", global = true)]
    pub(crate) model_url: String,
    /// Process whose memory is measured, including its children.
    #[arg(long = "pid", value_name = "NAME=PID", global = true)]
    pub(crate) processes: Vec<Process>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Speed {
    /// Address of a peer that accepts POST /predict/ with a field "file".
    #[arg(long, env = "PEER_URL")]
    pub(crate) peer_url: Option<String>,
    /// Cookie that the peer gets with each request.
    #[arg(long, env = "PEER_COOKIE")]
    pub(crate) peer_cookie: Option<String>,
    /// Numbers of concurrent clients. Each has its own connection and sends the next request after each response.
    #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
    pub(crate) clients: Vec<usize>,
    /// Duration of a round, in seconds.
    #[arg(long, default_value = "10")]
    pub(crate) seconds: u64,
    /// Rounds for each number of clients and each target; the results are the medians.
    #[arg(long, default_value = "3")]
    pub(crate) rounds: NonZeroU32,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Swaps {
    /// Folder with the models that the service follows. The command writes a second version to it.
    #[arg(long, env = "MODEL_DIR", default_value = "models")]
    pub(crate) models: PathBuf,
    /// Number of switches.
    #[arg(long, default_value = "100")]
    pub(crate) count: usize,
    /// Requests per second, at a constant arrival rate.
    #[arg(long, default_value = "200")]
    pub(crate) rate: NonZeroU32,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Soak {
    /// Number of requests.
    #[arg(long, default_value = "1000000")]
    pub(crate) requests: u64,
    /// Number of concurrent clients.
    #[arg(long, default_value = "4")]
    pub(crate) clients: NonZeroUsize,
    /// Allowed growth of a process after the first tenth of the requests, in percent.
    #[arg(long, default_value = "5")]
    pub(crate) percent: u32,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Overload {
    /// Arrival rate as a multiple of the capacity, which is measured with clients that wait for their responses.
    #[arg(long, default_value = "10")]
    pub(crate) times: NonZeroU32,
    /// Duration of the overload, in seconds.
    #[arg(long, default_value = "60")]
    pub(crate) seconds: u64,
    /// Number of connections.
    #[arg(long, default_value = "128")]
    pub(crate) connections: usize,
    /// Timeout in the queue of the model service, in milliseconds.
    #[arg(long, env = "MODEL_PATIENCE_MS", default_value = "2000")]
    pub(crate) patience_ms: u32,
    /// Connections that never complete their request.
    #[arg(long, default_value = "3000")]
    pub(crate) half_sent: u32,
    /// Connections that read a response of nearly 5 MB very slowly.
    #[arg(long, default_value = "100")]
    pub(crate) slow_readers: u32,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Abuse {
    /// The code with which the first operator sets a password.
    #[arg(long, env = "INVITATION_CODE", hide_env_values = true)]
    pub(crate) invitation_code: String,
    /// Number of drawings that the abuser submits.
    #[arg(long, default_value = "30000")]
    pub(crate) drawings: NonZeroU32,
    /// Duration of the abuse, in seconds.
    #[arg(long, default_value = "60")]
    pub(crate) seconds: NonZeroU32,
    /// Limit of the other clients' p99, as a multiple of their p99 without the abuser.
    #[arg(long, default_value = "2")]
    pub(crate) times: f64,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct HistoryLatency {
    /// Requests for each page.
    #[arg(long, default_value = "100")]
    pub(crate) requests: NonZeroUsize,
    /// Limit of the 95th percentile of each page's latency, in milliseconds.
    #[arg(long, default_value = "50")]
    pub(crate) limit_ms: u64,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct InputLatency {
    /// Number of digits.
    #[arg(long, default_value = "200")]
    pub(crate) drawings: usize,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct SeedData {
    /// Number of drawings.
    #[arg(long, default_value = "600")]
    pub(crate) drawings: u32,
    /// The seed of the style jitter.
    #[arg(long, default_value = "1")]
    pub(crate) seed: u64,
}

/// A process and its name in reports.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Process {
    pub(crate) name: String,
    pub(crate) pid: u32,
}

impl FromStr for Process {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (name, pid) = text.split_once('=').context("the form is NAME=PID")?;
        Ok(Self { name: name.to_owned(), pid: pid.parse().context("the PID must be a number")? })
    }
}

//! What the load generator can be told.

use anyhow::Context;
use clap::Parser;
use std::{num::NonZeroU32, str::FromStr};

/// Loads POST /predict of digits, and of a peer in turns, and says how fast they were.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub(crate) struct Config {
    /// Where digits runs.
    #[arg(long, default_value = "http://127.0.0.1:8501")]
    pub(crate) url: String,
    /// Where a peer runs that takes POST /predict/ with a field "file".
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
    /// A process whose memory to tell at the end, that of its children included.
    #[arg(long = "pid", value_name = "NAME=PID")]
    pub(crate) processes: Vec<Process>,
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

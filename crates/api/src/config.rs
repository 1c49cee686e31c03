//! What the web service can be told, by flag or by environment.

use clap::Parser;
use reqwest::Url;
use service::{ConnectionOptions, TelemetryOptions};
use std::{
    convert::Infallible,
    fmt,
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
    str::FromStr,
};

/// Serves the page and the HTTP interface.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub struct Config {
    /// Address to listen on.
    #[arg(long, env = "API_LISTEN", default_value = "127.0.0.1:8501")]
    pub listen: SocketAddr,
    /// PostgreSQL, as postgres://user:password@host:port/database. What it leaves out, PGHOST, PGPASSWORD and their
    /// like say.
    #[arg(long, env = "DATABASE_URL", default_value = "postgres://digits@localhost/digits", hide_env_values = true)]
    pub database_url: Secret,
    /// Connections to PostgreSQL at most, besides one for each export.
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value = "10")]
    pub database_connections: NonZeroU32,
    /// The model service.
    #[arg(long, env = "MODEL_URL", default_value = "http://127.0.0.1:8000")]
    pub model_url: Url,
    /// Drawings that the model service is asked about at a time; one more is told to come back later.
    #[arg(long, env = "MODEL_REQUESTS", default_value = "64")]
    pub model_requests: NonZeroUsize,
    /// Limits on connections.
    #[command(flatten)]
    pub connections: ConnectionOptions,
    /// What is logged, and where traces are sent.
    #[command(flatten)]
    pub telemetry: TelemetryOptions,
    /// Asks the service that runs at `listen` whether it lives, and exits with 0 if it does.
    #[arg(long)]
    pub healthcheck: bool,
}

/// Text that may hold a password: no message or log shows it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The text, for the one that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

// Anything is a secret: were it checked here, the message about a wrong one would show it.
impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

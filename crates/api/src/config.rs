//! What the web service can be told, by flag or by environment.

use clap::{Parser, Subcommand};
use reqwest::Url;
use service::TelemetryOptions;
use std::{
    convert::Infallible,
    fmt,
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
    str::FromStr,
};
use uuid::Uuid;

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
    /// PostgreSQL as the owner of the tables, for commands that change them [default: that of the service].
    #[arg(long, global = true, env = "MIGRATION_DATABASE_URL", hide_env_values = true)]
    pub migration_database_url: Option<Secret>,
    /// Connections to PostgreSQL at most, besides one for each export.
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value = "10")]
    pub database_connections: NonZeroU32,
    /// The model service.
    #[arg(long, env = "MODEL_URL", default_value = "http://127.0.0.1:8000")]
    pub model_url: Url,
    /// Drawings that the model service is asked about at a time; one more is told to come back later.
    #[arg(long, env = "MODEL_REQUESTS", default_value = "64")]
    pub model_requests: NonZeroUsize,
    /// What is logged, and where traces are sent.
    #[command(flatten)]
    pub telemetry: TelemetryOptions,
    /// Asks the service that runs at `listen` whether it lives, and exits with 0 if it does.
    #[arg(long)]
    pub healthcheck: bool,
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the program does besides serving.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum Command {
    /// Removes metadata (place, device, …) from the images that are stored already. It may be stopped and run again.
    StripMetadata {
        /// Go on after this prediction, which the last run named.
        #[arg(long)]
        after: Option<Uuid>,
    },
}

impl Config {
    /// The address of the owner of the tables.
    #[must_use]
    pub fn owner_database_url(&self) -> &Secret {
        self.migration_database_url.as_ref().unwrap_or(&self.database_url)
    }
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

//! What the web service can be told, by flag or by environment.

use clap::Parser;
use reqwest::Url;
use sqlx::postgres::PgConnectOptions;
use std::{net::SocketAddr, num::NonZeroU32};

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
    pub database_url: PgConnectOptions,
    /// Connections to PostgreSQL at most.
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value = "10")]
    pub database_connections: NonZeroU32,
    /// The model service.
    #[arg(long, env = "MODEL_URL", default_value = "http://127.0.0.1:8000")]
    pub model_url: Url,
    /// Asks the service that runs at `listen` whether it lives, and exits with 0 if it does.
    #[arg(long)]
    pub healthcheck: bool,
}

//! The web service's entry: configuration → pool → listen → migrate and serve.

use anyhow::Context;
use api::{Api, Config, ModelClient, Store, app};
use clap::Parser;
use service::{Connections, Readiness};
use std::{future::pending, process::ExitCode};
use tokio::net::TcpListener;

fn main() -> anyhow::Result<ExitCode> {
    let config = Config::parse();
    if config.healthcheck {
        return Ok(service::healthcheck(config.listen));
    }
    let _telemetry = config.telemetry.start("digits-api")?;
    run(&config)?;
    Ok(ExitCode::SUCCESS)
}

#[tokio::main]
async fn run(config: &Config) -> anyhow::Result<()> {
    let listener =
        TcpListener::bind(config.listen).await.with_context(|| format!("cannot listen on {}", config.listen))?;
    let database = config.database_url.reveal().parse().context("DATABASE_URL is not an address of PostgreSQL")?;
    let store = Store::new(database, config.database_connections);
    let model = ModelClient::new(&config.model_url, config.model_requests).context("MODEL_URL")?;
    tracing::info!("listening on http://{}", listener.local_addr()?);

    let (readiness, connections) = (Readiness::default(), Connections::new(config.connections.limits()));
    let api = Api { store: store.clone(), model, readiness: readiness.clone(), connections: connections.clone() };
    let app = app(api);
    let stop = async { service::stop_signal().await.unwrap_or_else(|error| tracing::error!(%error, "no signals")) };
    // While the tables are brought up to date, the page answers and says that the database is away.
    let migrated = async { if let Err(error) = store.migrate().await { error } else { pending().await } };
    tokio::select! {
        served = service::serve(listener, app, connections, readiness, stop) => served.context("serving"),
        error = migrated => Err(error).context("migrating the database"),
    }
}

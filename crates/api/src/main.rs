//! The web service's entry: configuration → pool → listen → migrate and serve.

use anyhow::Context;
use api::{Api, Config, ModelClient, Store, app};
use clap::Parser;
use service::{Metrics, Readiness};
use std::{future::pending, process::ExitCode};
use tokio::net::TcpListener;

fn main() -> anyhow::Result<ExitCode> {
    let config = Config::parse();
    if config.healthcheck {
        return Ok(service::healthcheck(config.metrics_listen));
    }
    let _telemetry = config.telemetry.start("digits-api")?;
    run(&config)?;
    Ok(ExitCode::SUCCESS)
}

#[tokio::main]
async fn run(config: &Config) -> anyhow::Result<()> {
    let listener =
        TcpListener::bind(config.listen).await.with_context(|| format!("cannot listen on {}", config.listen))?;
    let metrics_listener = TcpListener::bind(config.metrics_listen)
        .await
        .with_context(|| format!("cannot serve metrics on {}", config.metrics_listen))?;
    let database = config.database_url.reveal().parse().context("DATABASE_URL is not an address of PostgreSQL")?;
    let store = Store::new(database, config.database_connections);
    let model = ModelClient::new(&config.model_url, config.model_requests).context("MODEL_URL")?;
    tracing::info!("metrics on http://{}/metrics", metrics_listener.local_addr()?);
    tracing::info!("listening on http://{}", listener.local_addr()?);

    let readiness = Readiness::default();
    let mut metrics = Metrics::default();
    let api = Api {
        store: store.clone(),
        model,
        readiness: readiness.clone(),
        trusts_trace_context: config.telemetry.trust_trace_context,
    };
    let app = app(api, &mut metrics);
    let stop = async { service::stop_signal().await.unwrap_or_else(|error| tracing::error!(%error, "no signals")) };
    // While the tables are brought up to date, the page answers and says that the database is away.
    let migrated = async { if let Err(error) = store.migrate().await { error } else { pending().await } };
    tokio::select! {
        served = service::serve(listener, app, readiness, stop) => served.context("serving"),
        served = service::serve_metrics(metrics_listener, metrics) => served.context("serving the metrics"),
        error = migrated => Err(error).context("migrating the database"),
    }
}

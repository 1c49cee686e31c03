//! The web service's entry: configuration → database → listen → serve, or one of an operator's commands.

use anyhow::Context;
use api::{Api, Command, Config, ModelClient, Store, app};
use clap::Parser;
use service::{Connections, Metrics, Readiness};
use sqlx::postgres::PgConnectOptions;
use std::{ops::ControlFlow, process::ExitCode};
use tokio::net::TcpListener;
use uuid::Uuid;

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
    match &config.command {
        None => serve(config).await,
        Some(Command::Migrate(owner)) => {
            let (owner, service) = (owner.connect(&config.database)?, config.database.role()?);
            api::migrate(&owner, &service).await.context("cannot migrate the database")?;
            tracing::info!(owner = owner.get_username(), service = service.name, "the tables are up to date");
            Ok(())
        }
        Some(Command::StripMetadata { owner, after }) => {
            strip_metadata(&owner.connect(&config.database)?, *after).await
        }
    }
}

async fn serve(config: &Config) -> anyhow::Result<()> {
    let listener =
        TcpListener::bind(config.listen).await.with_context(|| format!("cannot listen on {}", config.listen))?;
    let metrics_listener = TcpListener::bind(config.metrics_listen)
        .await
        .with_context(|| format!("cannot serve metrics on {}", config.metrics_listen))?;
    let store = Store::new(config.database.connect()?, config.database_connections);
    let model = ModelClient::new(&config.model_url, config.model_requests).context("MODEL_URL")?;
    tracing::info!("metrics on http://{}/metrics", metrics_listener.local_addr()?);
    tracing::info!("listening on http://{}", listener.local_addr()?);

    let (readiness, connections) = (Readiness::default(), Connections::new(config.connections.limits()));
    let mut metrics = Metrics::default();
    connections.register(metrics.registry());
    let trusts_trace_context = config.telemetry.trust_trace_context;
    let app = app(Api { store, model, readiness: readiness.clone(), trusts_trace_context }, &mut metrics);
    let stop = async { service::stop_signal().await.unwrap_or_else(|error| tracing::error!(%error, "no signals")) };
    tokio::select! {
        served = service::serve(listener, app, connections, readiness, stop) => served.context("serving"),
        served = service::serve_metrics(metrics_listener, metrics) => served.context("serving the metrics"),
    }
}

async fn strip_metadata(owner: &PgConnectOptions, after: Option<Uuid>) -> anyhow::Result<()> {
    let stop = tokio::spawn(service::stop_signal());
    let progress = |done: &_| {
        println!("{done}");
        if stop.is_finished() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let done = api::strip_metadata(owner, after, progress).await?;
    if stop.is_finished() {
        println!("Stopped. Go on with --after {}, or start again.", done.after);
    }
    Ok(())
}

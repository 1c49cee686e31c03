//! The web service's entry: configuration → pool → listen → migrate and serve; or a command in its place.

use anyhow::Context;
use api::{Api, Command, Config, ModelClient, Store, app};
use clap::Parser;
use service::Readiness;
use std::{future::pending, ops::ControlFlow, process::ExitCode};
use tokio::net::TcpListener;
use uuid::Uuid;

fn main() -> anyhow::Result<ExitCode> {
    let config = Config::parse();
    if config.healthcheck {
        return Ok(service::healthcheck(config.listen));
    }
    let _telemetry = config.telemetry.start("digits-api")?;
    match config.command {
        None => serve(&config)?,
        Some(Command::StripMetadata { after }) => strip_metadata(&config, after)?,
    }
    Ok(ExitCode::SUCCESS)
}

#[tokio::main]
async fn serve(config: &Config) -> anyhow::Result<()> {
    let listener =
        TcpListener::bind(config.listen).await.with_context(|| format!("cannot listen on {}", config.listen))?;
    let database = config.database_url.reveal().parse().context("DATABASE_URL is not an address of PostgreSQL")?;
    let store = Store::new(database, config.database_connections);
    let model = ModelClient::new(&config.model_url, config.model_requests).context("MODEL_URL")?;
    tracing::info!("listening on http://{}", listener.local_addr()?);

    let readiness = Readiness::default();
    let app = app(Api { store: store.clone(), model, readiness: readiness.clone() });
    let stop = async { service::stop_signal().await.unwrap_or_else(|error| tracing::error!(%error, "no signals")) };
    // While the tables are brought up to date, the page answers and says that the database is away.
    let migrated = async { if let Err(error) = store.migrate().await { error } else { pending().await } };
    tokio::select! {
        served = service::serve(listener, app, readiness, stop) => served.context("serving"),
        error = migrated => Err(error).context("migrating the database"),
    }
}

#[tokio::main]
async fn strip_metadata(config: &Config, after: Option<Uuid>) -> anyhow::Result<()> {
    let database = config
        .owner_database_url()
        .reveal()
        .parse()
        .context("MIGRATION_DATABASE_URL is not an address of PostgreSQL")?;
    let stop = tokio::spawn(service::stop_signal());
    let progress = |done: &_| {
        println!("{done}");
        if stop.is_finished() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let done = api::strip_metadata(&database, after, progress).await?;
    if stop.is_finished() {
        println!("Stopped. Go on with --after {}, or start again.", done.after);
    }
    Ok(())
}

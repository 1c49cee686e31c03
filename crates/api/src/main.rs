//! The web service's entry: configuration → database → listen → serve, or an operator's command.

use anyhow::Context;
use api::{Api, Command, Config, ModelClient, ModelFiles, Store, app};
use clap::Parser;
use mimalloc::MiMalloc;
use service::Server;
use sqlx::postgres::PgConnectOptions;
use std::{
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::ExitCode,
};
use uuid::Uuid;

/// A request makes some hundred allocations, mostly passed between threads, where glibc's allocator is slower.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> anyhow::Result<ExitCode> {
    let config = Config::parse();
    if config.healthcheck {
        return Ok(service::healthcheck(config.metrics_listen));
    }
    let _telemetry = config.telemetry.start("digits-api")?;
    run(&config)
}

#[tokio::main]
async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    match &config.command {
        None => serve(config).await,
        Some(Command::Migrate { owner, models }) => {
            let (owner, service) = (owner.connect(&config.database)?, config.database.role()?);
            api::migrate(&owner, &service).await.context("cannot migrate the database")?;
            tracing::info!(owner = owner.get_username(), service = service.name, "the tables are up to date");
            add_first_model(config, models).await
        }
        Some(Command::User(command)) => {
            let address =
                config.public_url.as_ref().map_or_else(|| format!("http://{}", config.listen), |url| url.with_path(""));
            api::run_user_command(&store(config)?, &address, command, &mut io::stdout()).await
        }
        Some(Command::Token(command)) => {
            let service_tokens = config.service_tokens_file().map(PathBuf::as_path);
            api::run_token_command(&store(config)?, service_tokens, command, &mut io::stdout()).await
        }
        Some(Command::Model(command)) => api::run_model_command(&store(config)?, command, &mut io::stdout()).await,
        Some(Command::Doctor) => {
            let (store, model) = (store(config)?, model(config).await);
            return Ok(api::run_doctor_command(config, &store, &model, &mut io::stdout()).await?);
        }
        Some(Command::Prune { older_than }) => {
            let days = older_than.or(config.retention_days).context("set RETENTION_DAYS, or pass --older-than DAYS")?;
            api::run_prune_command(&store(config)?, days, &mut io::stdout()).await
        }
        Some(Command::Import(options)) => {
            let (store, model, limit) = (store(config)?, model(config).await, config.storage_limit);
            api::run_import_command(&store, &model, options, limit, &mut io::stdout()).await
        }
        Some(Command::StripMetadata { owner, after }) => {
            strip_metadata(&owner.connect(&config.database)?, *after).await
        }
    }?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: &Config) -> anyhow::Result<()> {
    let server = Server::bind(config.listen, config.metrics_listen, config.connections.limits()).await?;
    let settings = config.settings()?;
    let store = store(config)?;
    let model = model(config).await;
    tracing::info!("metrics on http://{}/metrics", server.metrics_address()?);
    tracing::info!("listening on http://{}", server.address()?);
    let app = |readiness, metrics: &mut _| app(Api::new(store, model, readiness, settings), metrics);
    Ok(server.serve(app, service::stop_signal()).await?)
}

/// Adds the champion of a models folder to an empty registry.
async fn add_first_model(config: &Config, models: &Path) -> anyhow::Result<()> {
    let Some(champion) = ModelFiles::of_champion(models)? else { return Ok(()) };
    if store(config)?.add_first_model(&champion).await.context("cannot add the first model")? {
        tracing::info!(version = %champion.version, "the registry has its first model");
    }
    Ok(())
}

fn store(config: &Config) -> anyhow::Result<Store> {
    Ok(Store::new(config.database.connect()?, config.database_connections))
}

async fn model(config: &Config) -> ModelClient {
    ModelClient::start(config.model_url.clone(), config.model_requests).await
}

async fn strip_metadata(owner: &PgConnectOptions, after: Option<Uuid>) -> anyhow::Result<()> {
    let stop = tokio::spawn(service::stop_signal());
    let progress = |done: &_| {
        println!("{done}");
        if stop.is_finished() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let done = api::strip_metadata(owner, after, progress).await?;
    if stop.is_finished() {
        println!("Stopped. Continue with --after {}, or start again.", done.after);
    }
    Ok(())
}

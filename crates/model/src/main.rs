//! The model service's entry: configuration → model → engine → serve.

use anyhow::Context;
use clap::Parser;
use model::{Config, Engine, app};
use network::ModelVersion;
use std::process::ExitCode;
use tokio::net::TcpListener;

fn main() -> anyhow::Result<ExitCode> {
    let config = Config::parse();
    if config.healthcheck {
        return Ok(service::healthcheck(config.listen));
    }
    service::log_to_stderr();
    run(&config)?;
    Ok(ExitCode::SUCCESS)
}

#[tokio::main]
async fn run(config: &Config) -> anyhow::Result<()> {
    let listener =
        TcpListener::bind(config.listen).await.with_context(|| format!("cannot listen on {}", config.listen))?;
    let version = config.model_version.clone().map_or_else(|| ModelVersion::champion(&config.models), Ok)?;
    let engine = Engine::start(network::load(&config.models, &version)?, config.queue)?;
    tracing::info!(%version, "listening on http://{}", listener.local_addr()?);

    let network_thread = engine.clone();
    let stop = async move {
        tokio::select! {
            result = service::stop_signal() => result.unwrap_or_else(|error| tracing::error!(%error, "no signals")),
            () = network_thread.ended() => tracing::error!("the network's thread ended"),
        }
    };
    service::serve(listener, app(engine.clone()), stop).await?;
    // A supervisor starts a service anew that did not end well.
    anyhow::ensure!(engine.is_alive(), "the network's thread ended");
    Ok(())
}

//! The model service's entry point: configuration → models → engine → serve.

use clap::Parser;
use mimalloc::MiMalloc;
use model::{Config, Engine, Model, Registry, RegistryClient, app, mirror, open_cache, watch};
use service::Server;
use std::{path::Path, process::ExitCode, sync::Arc};
use tokio::runtime;

/// LibTorch allocates new tensors for every operation, and glibc's allocator takes a quarter of a small batch's time.
/// mimalloc replaces it in the whole process, LibTorch included.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> anyhow::Result<ExitCode> {
    let config = Config::parse();
    if config.healthcheck {
        return Ok(service::healthcheck(config.metrics_listen));
    }
    let _telemetry = config.telemetry.start("digits-model")?;
    // A client that blocks its thread cannot be made within the runtime.
    let source = config.mirror()?;
    // Blocking threads: one per core decodes large images, one per core has a replica of the network, and one more loads
    // models for the operator.
    let threads = config.workers().get();
    let mut runtime = runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(threads).max_blocking_threads(2 * threads + 1).enable_all().build()?;
    runtime.block_on(run(&config, source))?;
    Ok(ExitCode::SUCCESS)
}

async fn run(config: &Config, source: Option<(RegistryClient, &Path)>) -> anyhow::Result<()> {
    let server = Server::bind(config.listen, config.metrics_listen, config.connections.limits()).await?;
    let registry = open(config, source)?;
    let engine = Arc::new(Engine::new(config.limits()));
    tracing::info!("metrics on http://{}/metrics", server.metrics_address()?);
    let version = registry.serving().card().version.clone();
    tracing::info!(%version, "listening on http://{}", server.address()?);
    let trusts_trace_context = config.telemetry.trust_trace_context;
    let app = |readiness, metrics: &mut _| app(Model { engine, registry, readiness, trusts_trace_context }, metrics);
    Ok(server.serve(app, service::stop_signal()).await?)
}

/// Loads the version that is to serve, and follows what changes it: the registry, else the file `champion`, unless the
/// configuration names a version.
fn open(config: &Config, source: Option<(RegistryClient, &Path)>) -> anyhow::Result<Arc<Registry>> {
    if let Some((client, cache)) = source {
        let registry = Arc::new(open_cache(cache, &config.models, config.workers())?);
        mirror(client, &registry)?;
        return Ok(registry);
    }
    let version = config.model_version.clone().map_or_else(|| network::champion(&config.models), Ok)?;
    let registry = Arc::new(Registry::open(config.models.clone(), &version, config.workers())?);
    if config.model_version.is_none() {
        watch(&registry)?;
    }
    Ok(registry)
}

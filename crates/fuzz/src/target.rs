//! What the inputs are sent to: the model service as it is, with the champion, and the web service's reader of labels.

use axum::{Json, Router, routing::put};
use model::{Engine, Limits, Model, Registry};
use service::{JsonBody, Metrics, Readiness};
use std::{num::NonZeroUsize, path::Path, sync::Arc, thread, time::Duration};
use wire::Labelling;

/// Bitmaps that may be in work or wait, and how long, as the service has them by default.
const PLACES: NonZeroUsize = NonZeroUsize::new(64).expect("it is not 0");
const PATIENCE: Duration = Duration::from_secs(2);

/// The routes, with the champion of a folder behind them.
///
/// # Errors
/// When it cannot be loaded.
pub fn subject(models: &Path) -> anyhow::Result<Router> {
    let workers = thread::available_parallelism()?;
    let champion = network::champion(models)?;
    let registry = Arc::new(Registry::open(models.to_owned(), &champion, workers)?);
    let engine = Arc::new(Engine::start(Limits { workers, slots: PLACES, patience: PATIENCE })?);
    let mut metrics = Metrics::default();
    let model = Model { engine, registry, readiness: Readiness::default(), trusts_trace_context: false };
    let model = model::app(model, &mut metrics);
    let label = Router::new().route("/label", put(async |JsonBody(label): JsonBody<Labelling>| Json(label)));
    Ok(service::with_layers(label.into(), &mut Metrics::default(), false).fallback_service(model))
}

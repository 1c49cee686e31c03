//! The target of the fuzzer: the model service with the champion, and the web service's parser of labels.

use axum::{Json, Router, routing::put};
use model::{Engine, Limits, Model, Registry};
use service::{JsonBody, Metrics, Readiness};
use std::{num::NonZeroUsize, path::Path, sync::Arc, thread, time::Duration};
use wire::Labelling;

/// The number of slots and the timeout, with the service's default values.
const SLOTS: NonZeroUsize = NonZeroUsize::new(64).expect("it is not 0");
const QUEUE_TIMEOUT: Duration = Duration::from_secs(2);

/// Returns the routes, with the champion of a models folder.
///
/// # Errors
/// When the champion cannot be loaded.
pub fn target(models: &Path) -> anyhow::Result<Router> {
    let workers = thread::available_parallelism()?;
    let champion = network::champion(models)?;
    let registry = Arc::new(Registry::open(models.to_owned(), &champion, workers)?);
    let engine = Arc::new(Engine::new(Limits { workers, slots: SLOTS, patience: QUEUE_TIMEOUT }));
    let mut metrics = Metrics::default();
    let model = Model { engine, registry, readiness: Readiness::default(), trusts_trace_context: false };
    let model = model::app(model, &mut metrics);
    let label = Router::new().route("/label", put(async |JsonBody(label): JsonBody<Labelling>| Json(label)));
    Ok(service::with_layers(label.into()).fallback_service(model))
}

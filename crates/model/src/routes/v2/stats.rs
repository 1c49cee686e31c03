//! `GET /v2/models/stats` and `/v2/models/{model}/stats`: the statistics of each version since it was loaded.

use super::requested_model::RequestedModel;
use crate::{
    Model, Served,
    engine::{Network, Total},
    protocol::MODEL,
};
use axum::{Json, extract::State};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn router() -> OpenApiRouter<Model> {
    OpenApiRouter::new().routes(routes!(of_all))
}

/// The statistics of versions since they were loaded, in Triton's format.
#[derive(Serialize, ToSchema)]
pub(super) struct ModelStatistics {
    model_stats: Vec<VersionStatistics>,
}

#[derive(Serialize, ToSchema)]
struct VersionStatistics {
    name: String,
    version: String,
    /// The time of the last inference, in milliseconds of Unix time; 0 if there was none.
    last_inference: u64,
    /// The number of classified images.
    inference_count: u64,
    /// The number of batches.
    execution_count: u64,
    inference_stats: InferenceStatistics,
    /// The statistics of each batch size that occurred.
    batch_stats: Vec<BatchStatistics>,
}

/// The statistics of requests. The queue and the network are measured; the network's time includes input and output, so
/// those durations are 0.
#[derive(Serialize, ToSchema)]
struct InferenceStatistics {
    success: Taken,
    fail: Taken,
    queue: Taken,
    compute_input: Taken,
    compute_infer: Taken,
    compute_output: Taken,
    cache_hit: Taken,
    cache_miss: Taken,
}

#[derive(Serialize, ToSchema)]
struct BatchStatistics {
    /// Images in the batch.
    batch_size: usize,
    compute_input: Taken,
    compute_infer: Taken,
    compute_output: Taken,
}

#[derive(Default, Serialize, ToSchema)]
struct Taken {
    /// The number of events.
    count: u64,
    /// The total duration in nanoseconds.
    ns: u64,
}

impl From<&Total> for Taken {
    fn from(total: &Total) -> Self {
        Self { count: total.count(), ns: total.ns() }
    }
}

/// Returns the statistics of all versions since they were loaded.
///
/// Each version occurs once, so that the numbers add up.
#[utoipa::path(
    get, path = "/v2/models/stats", operation_id = "statistics_of_all", tag = "Models",
    responses((status = OK, description = "The statistics of all versions", body = ModelStatistics)),
)]
async fn of_all(State(model): State<Model>) -> Json<ModelStatistics> {
    Json(all(MODEL, &model.registry.all()))
}

/// Returns the statistics of a model.
///
/// If the address names no version, the response has the statistics of all versions of the model.
#[utoipa::path(
    get, path = "/v2/models/{model}/stats", operation_id = "statistics", tag = "Models",
    responses((status = OK, description = "The statistics since the model was loaded", body = ModelStatistics)),
)]
pub(super) async fn of_one(requested: RequestedModel) -> Json<ModelStatistics> {
    let versions = if requested.is_one_version { vec![requested.served] } else { requested.versions };
    Json(all(&requested.name, &versions))
}

fn all(name: &str, versions: &[Arc<Served>]) -> ModelStatistics {
    ModelStatistics { model_stats: versions.iter().map(|served| one(name, served)).collect() }
}

fn one(name: &str, served: &Served) -> VersionStatistics {
    let done = served.statistics();
    VersionStatistics {
        name: name.to_owned(),
        version: served.card().version.to_string(),
        last_inference: done.last_ms(),
        inference_count: done.inferences(),
        execution_count: done.executions(),
        inference_stats: InferenceStatistics {
            success: Taken::from(&done.success),
            fail: Taken::from(&done.fail),
            queue: Taken::from(&done.queue),
            compute_infer: Taken::from(&done.compute),
            compute_input: Taken::default(),
            compute_output: Taken::default(),
            cache_hit: Taken::default(),
            cache_miss: Taken::default(),
        },
        batch_stats: (1..).zip(&done.batches).filter(|(_, total)| total.count() > 0).map(batch).collect(),
    }
}

fn batch((batch_size, total): (usize, &Total)) -> BatchStatistics {
    let (compute_input, compute_output) = (Taken::default(), Taken::default());
    BatchStatistics { batch_size, compute_input, compute_infer: total.into(), compute_output }
}

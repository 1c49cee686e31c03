//! `GET /v2/models/stats` and `/v2/models/{model}/stats`: what each version has done since it was loaded.

use super::asked::Asked;
use crate::{
    Model, Served,
    engine::{Network, Total},
    protocol::MODEL,
};
use axum::{Json, Router, extract::State, routing::get};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn router() -> Router<Model> {
    Router::new().route("/v2/models/stats", get(of_all))
}

/// Each version once, so that the numbers add up.
async fn of_all(State(model): State<Model>) -> Json<Value> {
    Json(all(MODEL, &model.registry.all()))
}

/// Of the version that an address names, or of all that the model has.
pub(super) async fn of_one(asked: Asked) -> Json<Value> {
    let versions = if asked.is_one_version { vec![asked.served] } else { asked.versions };
    Json(all(&asked.name, &versions))
}

fn all(name: &str, versions: &[Arc<Served>]) -> Value {
    json!({ "model_stats": versions.iter().map(|served| one(name, served)).collect::<Vec<_>>() })
}

/// In Triton's words. Of a request's time we know what it waited and what the network took, preparing included.
fn one(name: &str, served: &Served) -> Value {
    let done = served.statistics();
    let nothing = Total::default();
    let batch = |(size, total): (usize, &Total)| json!({ "batch_size": size, "compute_input": nothing, "compute_infer": total, "compute_output": nothing });
    let batches: Vec<Value> = (1..).zip(&done.batches).filter(|(_, total)| total.count() > 0).map(batch).collect();
    json!({
        "name": name,
        "version": served.card().version,
        "last_inference": done.last_ms(),
        "inference_count": done.inferences(),
        "execution_count": done.executions(),
        "inference_stats": {
            "success": done.success,
            "fail": done.fail,
            "queue": done.queue,
            "compute_input": nothing,
            "compute_infer": done.compute,
            "compute_output": nothing,
            "cache_hit": nothing,
            "cache_miss": nothing,
        },
        "batch_stats": batches,
    })
}

//! Training runs in the registry: a trainer begins one, reports its progress, and submits the model.

use crate::stack::{Stack, copy_champion, json};
use api::{Promotion, Settings};
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;
use wire::{ManifestEntry, TrainingManifest};

pub(crate) fn manifest(ids: &[u128]) -> TrainingManifest {
    let entry = |&id: &u128| ManifestEntry { id: uuid::Uuid::from_u128(id), sha256: "ab".repeat(32) };
    TrainingManifest { rules: 1, last_label: 7, examples: ids.iter().map(entry).collect() }
}

pub(crate) async fn send(stack: &Stack, method: Method, path: &str, body: &Value) -> Response {
    stack.http.request(method, stack.url(path)).json(body).send().await.unwrap()
}

pub(crate) async fn begin(stack: &Stack, version: &str, manifest: &TrainingManifest) -> Response {
    send(stack, Method::POST, "/api/v1/models", &json!({ "version": version, "manifest": manifest })).await
}

pub(crate) async fn report(stack: &Stack, version: &str, step: &str, epoch: u32) -> Response {
    let progress =
        json!({ "step": step, "epoch": epoch, "epochs": 30, "loss": 0.25, "accuracy": 0.5, "detail": "no more room" });
    send(stack, Method::PUT, &format!("/api/v1/models/{version}/progress"), &progress).await
}

/// The progress of a run that has just begun.
pub(crate) fn progress() -> Value {
    json!({ "step": "training", "epoch": 0, "epochs": 30, "loss": null, "accuracy": null })
}

/// The committed champion under another name, as a trainer submits it after training on these examples.
pub(crate) fn trained(version: &str, manifest: &TrainingManifest, outcome: &str) -> Value {
    let models = TempDir::new().unwrap();
    let sha256 = network::sha256(&serde_json::to_vec(manifest).unwrap());
    copy_champion(models.path(), version, |card| {
        card["data"].as_array_mut().unwrap().push(json!({ "name": "training-examples", "sha256": sha256 }));
    });
    let read = |name: &str| fs::read(models.path().join(version).join(name)).unwrap();
    let result = match outcome {
        "better" => "passed",
        "worse" => "failed",
        _ => "undecided",
    };
    let check = json!({ "rule": "accuracy", "slice": null, "measured": 0.5, "bound": 0.9, "result": result });
    let comparison = json!({
        "challenger": version, "champion": "one", "compared_at": "2026-11-30T12:00:00Z", "outcome": outcome,
        "checks": [check], "mistakes_gained": [], "mistakes_lost": [],
        "gate_use": { "used_at": "2026-11-30T12:00:00Z", "newest_drawing": uuid::Uuid::from_u128(9) },
    });
    json!({
        "card": String::from_utf8(read("card.json")).unwrap(), "weights": STANDARD.encode(read("weights.safetensors")),
        "evaluation": "{}", "comparison": comparison,
    })
}

pub(crate) async fn submit(stack: &Stack, version: &str, trained: &Value) -> Response {
    send(stack, Method::PUT, &format!("/api/v1/models/{version}"), trained).await
}

/// Trains and submits a model, and returns its state.
async fn learn(stack: &Stack, version: &str, outcome: &str) -> Value {
    let manifest = manifest(&[1, 2]);
    json(begin(stack, version, &manifest).await, StatusCode::OK).await;
    let submitted = submit(stack, version, &trained(version, &manifest, outcome)).await;
    json(submitted, StatusCode::OK).await["state"].clone()
}

/// A model as `GET /api/v1/models` lists it.
async fn listed(stack: &Stack, version: &str) -> Value {
    let models = json(stack.get("/api/v1/models").send().await.unwrap(), StatusCode::OK).await;
    models["models"].as_array().unwrap().iter().find(|model| model["version"] == version).unwrap().clone()
}

fn auto() -> Settings {
    Settings { promotion: Promotion::Auto, ..Settings::default() }
}

#[tokio::test]
async fn a_run_is_visible_until_its_model_is_submitted() {
    let stack = Stack::start().await;
    stack.add_first_model("one").await;
    let manifest = manifest(&[1, 2, 3]);
    let start = json(begin(&stack, "two", &manifest).await, StatusCode::OK).await;
    assert_eq!(start, json!({ "champion": "one", "gate_uses": [] }));
    assert_eq!(listed(&stack, "two").await["state"], "proposed");
    assert_eq!(listed(&stack, "two").await["reason"], "3 training examples");

    assert_eq!(report(&stack, "two", "training", 4).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(report(&stack, "two", "training", 5).await.status(), StatusCode::NO_CONTENT);
    let model = listed(&stack, "two").await;
    assert_eq!((&model["state"], &model["progress"]["epoch"]), (&json!("training"), &json!(5)));
    // A trainer that was interrupted begins again.
    assert_eq!(begin(&stack, "two", &manifest).await.status(), StatusCode::OK);
    assert_eq!(listed(&stack, "two").await["state"], "training");

    let trained = trained("two", &manifest, "worse");
    for _ in 0..2 {
        // A trainer that got no answer repeats the request.
        let state = json(submit(&stack, "two", &trained).await, StatusCode::OK).await;
        assert_eq!(state, json!({ "state": "rejected" }));
    }
    let model = listed(&stack, "two").await;
    assert_eq!(model["reason"], "worse than one: accuracy is 0.5, the bound 0.9");
    assert_eq!(model.get("progress"), None);
    assert_eq!(report(&stack, "two", "training", 6).await.status(), StatusCode::CONFLICT);
    assert_eq!(begin(&stack, "two", &manifest).await.status(), StatusCode::CONFLICT);
    let start = json(begin(&stack, "three", &manifest).await, StatusCode::OK).await;
    assert_eq!(start["gate_uses"].as_array().unwrap().len(), 1, "each use of the gate's drawings counts");
}

#[tokio::test]
async fn a_better_model_waits_for_an_operator_or_serves_at_once() {
    for (settings, better) in [(Settings::default(), "evaluated"), (auto(), "serving")] {
        let stack = Stack::with_settings(settings).await;
        stack.add_first_model("one").await;
        assert_eq!(learn(&stack, "two", "better").await, better);
        assert_eq!(listed(&stack, "two").await["state"], better);
        // Stored drawings decide between an inconclusive model and the one that it was compared with.
        let inconclusive = if better == "serving" { "evaluated" } else { "shadow" };
        assert_eq!(learn(&stack, "three", "inconclusive").await, inconclusive);
    }
}

#[tokio::test]
async fn a_model_that_was_compared_with_an_earlier_one_does_not_serve_by_itself() {
    let stack = Stack::with_settings(auto()).await;
    stack.add_first_model("one").await;
    assert_eq!(learn(&stack, "two", "better").await, "serving");
    // This comparison is with `one`, too.
    assert_eq!(learn(&stack, "three", "better").await, "evaluated");
    assert_eq!(stack.audited("promote_model", false).await, ["two"]);
}

#[tokio::test]
async fn what_does_not_belong_together_is_rejected_with_the_reason() {
    let stack = Stack::start().await;
    stack.add_first_model("one").await;
    let (ours, other) = (manifest(&[1, 2]), manifest(&[1]));
    json(begin(&stack, "two", &ours).await, StatusCode::OK).await;
    assert_eq!(begin(&stack, "two", &other).await.status(), StatusCode::CONFLICT);
    assert_eq!(begin(&stack, "one", &ours).await.status(), StatusCode::CONFLICT);
    for wrong in [manifest(&[2, 1]), manifest(&[1, 1])] {
        assert_eq!(begin(&stack, "three", &wrong).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    let good = trained("two", &ours, "better");
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut changed = good.clone();
        change(&mut changed);
        changed
    };
    for (wrong, reason) in [
        (changed(&|body| body["weights"] = "A".into()), "not base64"),
        (changed(&|body| body["weights"] = STANDARD.encode("other").into()), "the weights have the hash"),
        (changed(&|body| body["card"] = "{}".into()), "not a model card"),
        (changed(&|body| body["evaluation"] = "{".into()), "not JSON"),
        (changed(&|body| body["comparison"]["challenger"] = "three".into()), "different versions"),
        (changed(&|body| body["comparison"]["outcome"] = "worse".into()), "does not follow"),
        (changed(&|body| body["comparison"]["gate_use"] = Value::Null), "does not follow"),
    ] {
        let problem = json(submit(&stack, "two", &wrong).await, StatusCode::UNPROCESSABLE_ENTITY).await;
        assert!(problem["detail"].as_str().unwrap().contains(reason), "{problem}");
    }
    let problem = json(submit(&stack, "two", &trained("two", &other, "better")).await, StatusCode::CONFLICT).await;
    assert!(problem["detail"].as_str().unwrap().contains("manifest"), "{problem}");
    assert_eq!(submit(&stack, "four", &trained("four", &ours, "better")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(report(&stack, "four", "training", 1).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(submit(&stack, "two", &good).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_run_that_fails_or_is_silent_for_a_day_ends() {
    let stack = Stack::start().await;
    let manifest = manifest(&[1]);
    for version in ["failed", "silent", "busy"] {
        json(begin(&stack, version, &manifest).await, StatusCode::OK).await;
        assert_eq!(report(&stack, version, "training", 1).await.status(), StatusCode::NO_CONTENT);
    }
    assert_eq!(report(&stack, "failed", "failed", 1).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(listed(&stack, "failed").await["state"], "rejected");
    assert_eq!(listed(&stack, "failed").await["reason"], "no more room");

    let silence = "update training_progress set updated_at = now() - interval '25 hours' where version = 'silent'";
    sqlx::query(silence).execute(&mut stack.sql().await).await.unwrap();
    while listed(&stack, "silent").await["state"] != "rejected" {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert_eq!(listed(&stack, "silent").await["actor"], "digits");
    assert_eq!(listed(&stack, "busy").await["state"], "training");
}

#[tokio::test]
async fn a_manifest_of_many_examples_is_accepted_and_a_larger_body_is_not() {
    let stack = Stack::start().await;
    let ids: Vec<u128> = (1..=60_000).collect();
    assert_eq!(begin(&stack, "large", &manifest(&ids)).await.status(), StatusCode::OK);
    let body = json!({ "card": "x".repeat(33_000_000) });
    let problem = json(submit(&stack, "large", &body).await, StatusCode::PAYLOAD_TOO_LARGE).await;
    assert!(problem["detail"].as_str().unwrap().contains("32 MB"), "{problem}");
}

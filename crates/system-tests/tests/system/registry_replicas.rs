//! Model services that follow the registry of the api: promotion and rollback under requests, damaged weights, and a
//! registry that is unavailable.

use crate::{
    drawings,
    person::{Person, token},
    stack::{ANY, LIMITS, Service, Stack, copy_champion, json, root},
};
use api::{ModelCommand, ModelFiles, run_model_command};
use model::{Engine, Model, RegistryClient, RegistryToken, mirror, open_cache};
use reqwest::{Client, StatusCode};
use serde_json::Value;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;

/// Starts a model service that follows the registry of the api at this address with the token in a file, and copies models
/// into this folder.
pub(crate) async fn follow(api: &str, token: &Path, cache: &Path) -> Service {
    let (url, token, cache) = (api.parse().unwrap(), token.to_owned(), cache.to_owned());
    let registry = tokio::task::spawn_blocking(move || {
        let token = RegistryToken { token: None, file: Some(token) };
        let client = RegistryClient::new(url, token).unwrap();
        let registry = Arc::new(open_cache(&cache, &root().join("models"), LIMITS.workers).unwrap());
        mirror(client, &registry).unwrap();
        registry
    });
    let (registry, engine) = (registry.await.unwrap(), Arc::new(Engine::new(LIMITS)));
    let model = |readiness| Model { engine, registry, readiness, trusts_trace_context: true };
    Service::start(ANY.parse().unwrap(), move |readiness, metrics| model::app(model(readiness), metrics)).await
}

/// The version that serves, and the one that is to serve.
async fn versions(http: &Client, service: &Service) -> (String, String) {
    let ready = http.get(format!("http://{}/readyz", service.address)).send().await.unwrap();
    let ready = json(ready, StatusCode::OK).await;
    let version = |name: &str| ready[name].as_str().unwrap().to_owned();
    (version("serving"), version("wanted"))
}

/// Waits until a service serves a version and knows which one is to serve.
pub(crate) async fn until(http: &Client, service: &Service, serving: &str, wanted: &str) {
    for _ in 0..300 {
        if versions(http, service).await == (serving.to_owned(), wanted.to_owned()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{:?}, not {serving} and {wanted}", versions(http, service).await);
}

pub(crate) async fn command(stack: &Stack, command: ModelCommand) {
    run_model_command(&stack.store(), &command, &mut Vec::new()).await.unwrap();
}

pub(crate) async fn promote(stack: &Stack, version: &str) {
    let (version, reason) = (version.parse().unwrap(), "better".to_owned());
    command(stack, ModelCommand::Promote { version, reason }).await;
}

/// Adds a copy of the champion to the registry.
async fn add(stack: &Stack, version: &str) {
    let models = TempDir::new().unwrap();
    copy_champion(models.path(), version, |_| ());
    command(stack, ModelCommand::Add { folder: models.path().join(version) }).await;
}

/// Requests predictions until told to stop, and returns how many there were. None may fail, and each one is the expected
/// digit, if there is one.
pub(crate) async fn keep_predicting(address: String, expected: Option<u8>, is_over: Arc<AtomicBool>) -> usize {
    let (http, drawing, answered) = (Client::new(), drawings::all()[8].to_string(), AtomicUsize::new(0));
    while !is_over.load(Ordering::Relaxed) {
        let request = http.post(&address).header("content-type", "application/json").body(drawing.clone());
        let answer: Value = json(request.send().await.unwrap(), StatusCode::OK).await;
        if let Some(expected) = expected {
            assert_eq!(answer["prediction"], expected);
        }
        answered.fetch_add(1, Ordering::Relaxed);
    }
    answered.into_inner()
}

#[tokio::test]
async fn every_replica_follows_promotions_and_rollbacks_without_a_failed_request() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let folder = TempDir::new().unwrap();
    let secret = folder.path().join("token");
    std::fs::write(&secret, token(&ada, "model services", &["models:read"]).await).unwrap();
    stack.add_first_model("one").await;
    add(&stack, "two").await;

    let replicas = [
        follow(&stack.url(""), &secret, &folder.path().join("first")).await,
        follow(&stack.url(""), &secret, &folder.path().join("second")).await,
    ];
    let is_over = Arc::new(AtomicBool::new(false));
    let clients = replicas.each_ref().map(|replica| {
        tokio::spawn(keep_predicting(format!("http://{}/predict", replica.address), Some(8), is_over.clone()))
    });
    for replica in &replicas {
        until(&stack.http, replica, "one", "one").await;
    }
    promote(&stack, "two").await;
    for replica in &replicas {
        until(&stack.http, replica, "two", "two").await;
    }
    command(&stack, ModelCommand::Rollback { reason: "worse".to_owned() }).await;
    for replica in &replicas {
        until(&stack.http, replica, "one", "one").await;
    }
    is_over.store(true, Ordering::Relaxed);
    for client in clients {
        assert!(client.await.unwrap() > 0);
    }
}

#[tokio::test]
async fn a_damaged_model_in_the_registry_never_serves_and_an_earlier_one_goes_on() {
    let stack = Stack::start().await;
    let folder = TempDir::new().unwrap();
    let secret = folder.path().join("token");
    std::fs::write(&secret, "").unwrap();
    stack.add_first_model("one").await;
    let replica = follow(&stack.url(""), &secret, &folder.path().join("cache")).await;
    until(&stack.http, &replica, "one", "one").await;

    // The trigger keeps weights from changing, so the damage is there from the beginning.
    let models = TempDir::new().unwrap();
    copy_champion(models.path(), "two", |_| ());
    let mut damaged = ModelFiles::read(&models.path().join("two")).unwrap();
    damaged.weights[5000] ^= 1;
    let insert =
        "with new as (insert into models (version, card, weights) values ('two', $1::text::json, $2) returning version)
        insert into model_events (version, state, actor) select version, 'proposed', 'test' from new";
    let mut sql = stack.sql().await;
    sqlx::query(insert).bind(&damaged.card).bind(&damaged.weights).execute(&mut sql).await.unwrap();
    for state in ["training", "evaluated"] {
        let event = "insert into model_events (version, state, actor) values ('two', $1, 'test')";
        sqlx::query(event).bind(state).execute(&mut sql).await.unwrap();
    }
    promote(&stack, "two").await;
    until(&stack.http, &replica, "one", "two").await;
    command(&stack, ModelCommand::Rollback { reason: "damaged".to_owned() }).await;
    until(&stack.http, &replica, "one", "one").await;
}

#[tokio::test]
async fn a_replica_that_starts_without_the_api_serves_the_last_champion_that_it_knows() {
    let stack = Stack::start().await;
    let folder = TempDir::new().unwrap();
    let (secret, cache) = (folder.path().join("token"), folder.path().join("cache"));
    std::fs::write(&secret, "").unwrap();
    stack.add_first_model("one").await;
    let replica = follow(&stack.url(""), &secret, &cache).await;
    until(&stack.http, &replica, "one", "one").await;
    drop(replica);

    let (http, api) = (stack.http.clone(), stack.url(""));
    stack.api.stop().await;
    let replica = follow(&api, &secret, &cache).await;
    assert_eq!(versions(&http, &replica).await.0, "one");
}

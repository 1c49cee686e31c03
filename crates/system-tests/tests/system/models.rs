//! The registry of models: its files, states, promotion and rollback.

use crate::{
    person::{Person, bearer, token},
    stack::{Stack, copy_champion, json},
};
use api::{ModelCommand, run_model_command};
use reqwest::StatusCode;
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

/// Runs `api model`, and returns its output, or its error.
async fn command(stack: &Stack, command: ModelCommand) -> Result<String, String> {
    let mut out = Vec::new();
    match run_model_command(&stack.store(), &command, &mut out).await {
        Ok(()) => Ok(String::from_utf8(out).unwrap()),
        Err(error) => Err(format!("{error:#}")),
    }
}

/// Adds a copy of the champion to the registry.
async fn add(stack: &Stack, version: &str) -> Result<String, String> {
    let models = TempDir::new().unwrap();
    copy_champion(models.path(), version, |_| ());
    command(stack, ModelCommand::Add { folder: models.path().join(version) }).await
}

async fn promote(stack: &Stack, version: &str) -> Result<String, String> {
    let (version, reason) = (version.parse().unwrap(), "better".to_owned());
    command(stack, ModelCommand::Promote { version, reason }).await
}

async fn rollback(stack: &Stack) -> Result<String, String> {
    command(stack, ModelCommand::Rollback { reason: "worse".to_owned() }).await
}

async fn reject(stack: &Stack, version: &str) -> Result<String, String> {
    let (version, reason) = (version.parse().unwrap(), "unused".to_owned());
    command(stack, ModelCommand::Reject { version, reason }).await
}

/// The version that serves.
async fn serving(stack: &Stack) -> Value {
    json(stack.get("/api/v1/models/serving").send().await.unwrap(), StatusCode::OK).await["version"].clone()
}

#[tokio::test]
async fn an_operator_promotes_a_model_and_rolls_back_on_the_command_line() {
    let stack = Stack::start().await;
    assert!(rollback(&stack).await.unwrap_err().contains("no model has served before"));
    stack.add_first_model("one").await;
    assert_eq!(serving(&stack).await, "one");

    add(&stack, "two").await.unwrap();
    assert_eq!(serving(&stack).await, "one", "a new model does not serve by itself");
    assert!(add(&stack, "two").await.unwrap_err().contains("a model never changes"));
    promote(&stack, "two").await.unwrap();
    assert_eq!(serving(&stack).await, "two");
    assert!(promote(&stack, "two").await.unwrap_err().contains("a model that is serving cannot become serving"));
    assert!(promote(&stack, "three").await.unwrap_err().contains("no model with this version"));
    assert!(reject(&stack, "two").await.unwrap_err().contains("a model that is serving cannot become rejected"));

    assert_eq!(rollback(&stack).await.unwrap(), "one serves again.\n");
    assert_eq!(serving(&stack).await, "one");
    add(&stack, "three").await.unwrap();
    reject(&stack, "three").await.unwrap();
    promote(&stack, "three").await.unwrap(); // an operator may overrule a rejection
    let list = command(&stack, ModelCommand::List).await.unwrap();
    for (version, state) in [("one", "retired"), ("two", "retired"), ("three", "serving")] {
        assert!(list.lines().any(|line| line.starts_with(version) && line.contains(state)), "{list}");
    }
    assert_eq!(stack.audited("promote_model", false).await, ["two", "three"]);
    assert_eq!(stack.audited("roll_back_model", false).await, ["one"]);
    assert_eq!(stack.audited("reject_model", false).await, ["three"]);
}

#[tokio::test]
async fn two_promotions_at_the_same_time_leave_one_model_that_serves() {
    let stack = Stack::start().await;
    stack.add_first_model("one").await;
    for version in ["two", "three"] {
        add(&stack, version).await.unwrap();
    }
    let (two, three) = tokio::join!(promote(&stack, "two"), promote(&stack, "three"));
    assert!(two.is_ok() && three.is_ok(), "{two:?} {three:?}");
    let models = json(stack.get("/api/v1/models").send().await.unwrap(), StatusCode::OK).await;
    let states: Vec<_> = models["models"].as_array().unwrap().iter().map(|model| model["state"].clone()).collect();
    assert_eq!(states.iter().filter(|state| **state == "serving").count(), 1, "{models}");
}

#[tokio::test]
async fn the_database_rejects_what_would_break_the_registry() {
    let stack = Stack::start().await;
    stack.add_first_model("one").await;
    add(&stack, "two").await.unwrap();
    let mut sql = stack.sql().await;
    for (statement, reason) in [
        ("insert into model_events (version, state, actor) values ('two', 'serving', 'x')", "another model serves"),
        ("insert into model_events (version, state, actor) values ('two', 'training', 'x')", "cannot become training"),
        ("insert into model_events (version, state, actor) values ('none', 'proposed', 'x')", "there is no model none"),
        ("update model_events set reason = 'other'", "append-only"),
        ("delete from model_events", "append-only"),
        ("delete from models", "append-only"),
        ("update models set weights = 'x' where version = 'two'", "a model never changes"),
        ("update models set card = '{}' where version = 'two'", "a model never changes"),
        (
            "with new as (insert into models (version) values ('empty') returning version)
             insert into model_events (version, state, actor) select version, 'proposed', 'x' from new",
            "",
        ),
    ] {
        let error = sqlx::query(statement).execute(&mut sql).await.err().map(|error| error.to_string());
        match error {
            Some(error) => assert!(!reason.is_empty() && error.contains(reason), "{statement}: {error}"),
            None => assert_eq!(reason, "", "{statement}"),
        }
    }
    let train = "insert into model_events (version, state, actor) values ('empty', 'training', 'x')";
    sqlx::query(train).execute(&mut sql).await.unwrap();
    let evaluated = "insert into model_events (version, state, actor) values ('empty', 'evaluated', 'x')";
    let error = sqlx::query(evaluated).execute(&mut sql).await.unwrap_err().to_string();
    assert!(error.contains("has no weights"), "{error}");
}

#[tokio::test]
async fn the_first_model_enters_an_empty_registry_only() {
    let stack = Stack::start().await;
    stack.add_first_model("one").await;
    let models = TempDir::new().unwrap();
    copy_champion(models.path(), "two", |_| ());
    let two = api::ModelFiles::read(&models.path().join("two")).unwrap();
    assert!(!stack.store().add_first_model(&two).await.unwrap());
    assert_eq!(serving(&stack).await, "one");
}

#[tokio::test]
async fn a_service_downloads_the_files_of_a_model_with_a_token_by_any_name_of_the_api() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    stack.add_first_model("one").await;
    let models = TempDir::new().unwrap();
    copy_champion(models.path(), "one", |_| ());
    let token = token(&ada, "model service", &["models:read"]).await;
    for file in ["card.json", "weights.safetensors"] {
        let response = bearer(&stack, &token, &format!("/api/v1/models/one/{file}")).await;
        assert_eq!(response.status(), StatusCode::OK);
        let expected = fs::read(models.path().join("one").join(file)).unwrap();
        assert_eq!(response.bytes().await.unwrap(), expected, "{file} as it was registered");
    }
    for path in ["/api/v1/models/two/card.json", "/api/v1/models/..%2Fone/card.json"] {
        let problem = json(bearer(&stack, &token, path).await, StatusCode::NOT_FOUND).await;
        assert_eq!(problem["code"], "unknown_model", "{path}");
    }
    // The name of the api in a private network is not its public one.
    let elsewhere = || stack.get("/api/v1/models/serving").header("host", "api:8501");
    assert_eq!(elsewhere().send().await.unwrap().status(), StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(elsewhere().bearer_auth(&token).send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(elsewhere().bearer_auth("dgt_00").send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_operator_promotes_a_model_and_rolls_back_on_the_page_with_a_reason() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    stack.add_first_model("one").await;
    add(&stack, "two").await.unwrap();

    let page = grace.get("/models").await.page(StatusCode::OK).await;
    assert!(page.contains("one") && !page.contains("<form"), "a labeller only reads: {page}");
    let promotion = |reason| [("action", "promote"), ("version", "two"), ("reason", reason)];
    assert_eq!(grace.post("/models", &promotion("mine")).await.status(), StatusCode::FORBIDDEN);
    let page = ada.post("/models", &promotion(" ")).await.page(StatusCode::UNPROCESSABLE_ENTITY).await;
    assert!(page.contains("role=\"alert\""), "{page}");
    ada.post("/models", &promotion("reads sevens")).await.leads_to("/models");
    let page = ada.get("/models").await.page(StatusCode::OK).await;
    assert!(page.contains("<strong>serving</strong>") && page.contains("reads sevens"), "{page}");
    ada.post("/models", &promotion("again")).await.page(StatusCode::CONFLICT).await;

    let rollback = [("action", "rollback"), ("version", "two"), ("reason", "too slow")];
    ada.post("/models", &rollback).await.leads_to("/models");
    // A second click on the same page does not return to the model that was rolled back.
    ada.post("/models", &rollback).await.page(StatusCode::CONFLICT).await;
    let models: Value = serde_json::from_str(&grace.get("/api/v1/models").await.page(StatusCode::OK).await).unwrap();
    let one = models["models"].as_array().unwrap().iter().find(|model| model["version"] == "one").unwrap();
    assert_eq!([&one["state"], &one["reason"]], ["serving", "too slow"]);
    let unknown = [("action", "reject"), ("version", "three"), ("reason", "none")];
    ada.post("/models", &unknown).await.page(StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn the_page_shows_the_drift_of_the_serving_model_beside_its_evaluation() {
    let stack = Stack::start().await;
    let page = async || stack.get("/models").send().await.unwrap().text().await.unwrap();
    assert!(!page().await.contains("Drift by week"), "no model serves");
    stack.add_first_model("one").await;
    assert!(page().await.contains("no predictions in the last twelve weeks"));

    let mut sql = stack.sql().await;
    sqlx::raw_sql(
        "insert into predictions (id, created_at, prediction, confidence, probabilities, verdict, reason, model, bitmap, input,
             input_kind, source)
         select gen_random_uuid(), now() - days * interval '1 day', 8, confidence, array_fill(0.1::real, array[10]),
             case when confidence < 0.6 then 'not_a_digit' else 'digit' end,
             case when confidence < 0.6 then 'unlike_a_digit' end, model, decode(repeat('00', 784), 'hex'), '{}', 'strokes', 'api'
         from (values (7, 0.9, 'one'), (7, 0.8, 'one'), (7, 0.7, 'one'), (7, 0.5, 'one'), (7, 0.5, 'two'), (90, 0.5, 'one'))
             new (days, confidence, model);
         delete from random_sample;
         insert into random_sample (prediction_id, people, true_label)
         select id, 1, case when confidence > 0.85 then '8' else '3' end from predictions
         where confidence > 0.75 or model = 'two'",
    )
    .execute(&mut sql)
    .await
    .unwrap();
    let monday = "select date_trunc('week', (now() - interval '7 days') at time zone 'utc')::date::text";
    let monday: String = sqlx::query_scalar(monday).fetch_one(&mut sql).await.unwrap();
    let page = page().await;
    let figures = format!(
        "{monday}</th><td>4</td><td>25\u{a0}%</td><td>80\u{a0}%</td><td>50\u{a0}% (9.5–90.5\u{a0}%)</td><td>2</td>"
    );
    assert!(page.contains(&figures), "{figures} in {page}");
    assert_eq!(page.matches("<td>4</td>").count(), 1);
    // The weeks of the table, and the evaluation of the committed champion.
    assert!(page.contains("Evaluation</th><td>–</td><td>0.1\u{a0}% – 1.4\u{a0}%</td>"), "{page}");
    assert_eq!(page.matches("class=\"band\"").count(), 3, "{page}");
    assert_eq!(page.matches("<circle").count(), 3, "one week: {page}");
}

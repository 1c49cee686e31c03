//! The shadow: a challenger that the gate could not decide classifies stored drawings beside the model that serves, and people's
//! labels decide between both.

use crate::{
    drawings,
    person::{Person, settings_with_accounts, token},
    registry_replicas::{command, follow, promote, until},
    stack::{ANY, MODEL_REQUESTS, Stack, copy_champion, json, start_model_from},
    training_runs::{manifest, trained},
    trusted_labels::{label, queue},
};
use api::{ModelCommand, Promotion, Settings};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json as value};
use std::{fs, time::Duration};
use tempfile::TempDir;
use uuid::Uuid;

/// Starts the services with the model `one`, which serves, and `two`, which rejects every drawing.
async fn services(settings: Settings) -> (Stack, TempDir) {
    let models = TempDir::new().unwrap();
    copy_champion(models.path(), "one", |_| ());
    copy_champion(models.path(), "two", |card| card["calibration"]["rejection_threshold"] = 0.0.into());
    fs::write(models.path().join("champion"), "one").unwrap();
    let model = start_model_from(ANY.parse().unwrap(), models.path().to_owned()).await;
    let stack = Stack::with_model(model, settings).await;
    stack.add_first_model("one").await;
    (stack, models)
}

/// Submits a challenger that learnt from these drawings and whose comparison with `one` is inconclusive. Returns its state.
async fn submit(stack: &Stack, token: Option<&str>, version: &str, learnt: &[&str]) -> Value {
    let learnt: Vec<u128> = learnt.iter().map(|id| id.parse::<Uuid>().unwrap().as_u128()).collect();
    let manifest = manifest(&learnt);
    let trained = trained(version, &manifest, "inconclusive");
    let begin = value!({ "version": version, "manifest": manifest });
    let path = format!("/api/v1/models/{version}");
    let mut answer = Value::Null;
    for (method, path, body) in [(Method::POST, "/api/v1/models", &begin), (Method::PUT, &path, &trained)] {
        let request = stack.http.request(method, stack.url(path)).json(body);
        let request = token.iter().fold(request, RequestBuilder::bearer_auth);
        answer = json(request.send().await.unwrap(), StatusCode::OK).await;
    }
    answer["state"].clone()
}

/// The model `two` as the registry lists it.
async fn listed(stack: &Stack, token: Option<&str>) -> Value {
    let request = token.iter().fold(stack.get("/api/v1/models"), RequestBuilder::bearer_auth);
    let models = json(request.send().await.unwrap(), StatusCode::OK).await;
    models["models"].as_array().unwrap().iter().find(|model| model["version"] == "two").unwrap().clone()
}

/// Waits until the model `two` meets a condition, and returns it.
async fn until_it(stack: &Stack, token: Option<&str>, condition: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..300 {
        let model = listed(stack, token).await;
        if condition(&model) {
            return model;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{}", listed(stack, token).await);
}

/// Waits until so many drawings were replayed.
async fn until_replayed(stack: &Stack, pairs: u64) -> Value {
    until_it(stack, None, |model| model["shadow"]["pairs"] == pairs).await["shadow"].clone()
}

/// The drawings that were replayed, oldest first.
async fn replayed(stack: &Stack) -> Vec<String> {
    let query = "select prediction_id::text from shadow_pairs order by prediction_id";
    sqlx::query_scalar(query).fetch_all(&mut stack.sql().await).await.unwrap()
}

/// Draws an 8 without a cookie, so that each one counts as a writer, and returns its id.
async fn draw(stack: &Stack) -> String {
    stack.draw(&drawings::all()[8]).await["id"].as_str().unwrap().to_owned()
}

async fn draw_and_label(stack: &Stack, true_label: Value) -> String {
    let id = draw(stack).await;
    let request = stack.http.put(stack.url(&format!("/api/v1/predictions/{id}/label")));
    json(request.json(&value!({ "true_label": true_label })).send().await.unwrap(), StatusCode::OK).await;
    id
}

#[tokio::test]
async fn an_inconclusive_challenger_goes_to_shadow_and_classifies_stored_drawings_beside_the_champion() {
    let (stack, _models) = services(Settings::default()).await;
    let ids = [draw(&stack).await, draw(&stack).await, draw(&stack).await];
    assert_eq!(submit(&stack, None, "two", &[]).await, "shadow");

    let shadow = until_replayed(&stack, 3).await;
    assert_eq!([&shadow["disagreements"], &shadow["labelled"], &shadow["won"], &shadow["lost"]], [3, 0, 0, 0]);
    assert_eq!([&shadow["e_value_better"], &shadow["e_value_worse"]], [1.0, 1.0]);
    assert_eq!(replayed(&stack).await, ids);
    let query =
        "select champion, predicted_by_champion, predicted_by_challenger from shadow_pairs where version = 'two'";
    let pairs: Vec<(String, String, String)> = sqlx::query_as(query).fetch_all(&mut stack.sql().await).await.unwrap();
    assert!(pairs.iter().all(|pair| *pair == ("one".into(), "8".into(), "not_a_digit".into())), "{pairs:?}");

    assert_eq!(stack.rows().await, 3, "a replay stores no prediction");
    let metrics = stack.metrics().await;
    assert!(
        metrics.contains("digits_model_requests_total{outcome=\"answered\"} 3\n"),
        "a replay is no request of a client"
    );
    let page = stack.get("/models?lang=en").send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Both models have classified 3 stored drawings. Disagreements: 3"), "{page}");
}

#[tokio::test]
async fn a_drawing_that_one_of_both_learnt_from_is_never_replayed() {
    let (stack, _models) = services(Settings::default()).await;
    let of_champion = draw(&stack).await;
    let entry = "insert into training_manifest_entries (version, prediction_id, sha256)
                 values ('one', $1::uuid, decode(repeat('00', 32), 'hex'))";
    sqlx::query(entry).bind(&of_champion).execute(&mut stack.sql().await).await.unwrap();
    let (of_challenger, of_neither) = (draw(&stack).await, draw(&stack).await);
    submit(&stack, None, "two", &[&of_challenger]).await;
    until_replayed(&stack, 1).await;
    // The walk has passed the older drawings before it begins again with this one.
    let later = draw(&stack).await;
    until_replayed(&stack, 2).await;
    assert_eq!(replayed(&stack).await, [of_neither, later]);
}

#[tokio::test]
async fn each_writer_has_one_pair_a_day() {
    let (stack, _models) = services(Settings::default()).await;
    let visitor = Person::visitor(&stack).await;
    let ids =
        [visitor.draw().await, visitor.draw().await, visitor.draw().await, Person::visitor(&stack).await.draw().await];
    let yesterday = "update predictions set created_at = created_at - interval '1 day' where id = $1::uuid";
    sqlx::query(yesterday).bind(&ids[0]).execute(&mut stack.sql().await).await.unwrap();
    submit(&stack, None, "two", &[]).await;
    until_replayed(&stack, 3).await;
    let later = draw(&stack).await;
    until_replayed(&stack, 4).await;
    assert_eq!(
        replayed(&stack).await,
        [ids[0].clone(), ids[2].clone(), ids[3].clone(), later],
        "the newest one of a day"
    );
}

#[tokio::test]
async fn disagreements_without_a_trusted_label_appear_blind_in_the_labelling_queue() {
    let (stack, _models) = services(settings_with_accounts()).await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let mary = Person::invited(&stack, "mary", "labeller").await;
    let scopes = token(&ada, "trainer", &["training", "models:read"]).await;
    let visitor = Person::visitor(&stack).await;
    let id = visitor.draw().await;
    sqlx::query("delete from random_sample").execute(&mut stack.sql().await).await.unwrap();
    let own = visitor.post(&format!("/home/{id}/label"), &[("true_label", "8")]).await;
    assert_eq!(own.status(), StatusCode::SEE_OTHER);
    assert_eq!(queue(&grace, "").await, [] as [String; 0], "the drawer has labelled it");

    assert_eq!(submit(&stack, Some(&scopes), "two", &[]).await, "shadow");
    let shadow = until_it(&stack, Some(&scopes), |model| model["shadow"]["pairs"] == 1).await["shadow"].clone();
    assert_eq!([&shadow["disagreements"], &shadow["labelled"]], [1, 0], "the label of the drawer is not trusted");
    assert_eq!(queue(&grace, "").await, std::slice::from_ref(&id));
    let answer = grace.get("/api/v1/labelling-queue").await.page(StatusCode::OK).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let fields: Vec<_> = answer["drawings"][0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["bitmap", "id"]);

    label(&grace, &id, "8").await;
    let shadow = until_it(&stack, Some(&scopes), |model| model["shadow"]["labelled"] == 1).await["shadow"].clone();
    assert_eq!([&shadow["won"], &shadow["lost"]], [0, 1]);
    assert_eq!(queue(&mary, "").await, [] as [String; 0], "one trusted label is enough");
}

#[tokio::test]
async fn labels_decide_between_both_models() {
    let auto = || Settings { promotion: Promotion::Auto, ..Settings::default() };
    for (settings, true_label, state, reason) in [
        (Settings::default(), value!("not_a_digit"), "evaluated", "better in shadow: 7 won and 0 lost against one"),
        (auto(), value!("not_a_digit"), "serving", "better in shadow: 7 won and 0 lost against one"),
        (auto(), value!(8), "rejected", "worse in shadow: 0 won and 7 lost against one"),
    ] {
        let (stack, _models) = services(settings).await;
        for _ in 0..6 {
            draw_and_label(&stack, true_label.clone()).await;
        }
        submit(&stack, None, "two", &[]).await;
        let shadow = until_replayed(&stack, 6).await;
        assert_eq!([&shadow["labelled"], &shadow["disagreements"]], [6, 6], "six labels do not decide");
        draw_and_label(&stack, true_label).await;
        let model = until_it(&stack, None, |model| model["state"] != "shadow").await;
        assert_eq!((&model["state"], &model["actor"]), (&value!(state), &value!("digits")));
        assert!(model["reason"].as_str().unwrap().starts_with(reason), "{model}");
        assert_eq!(model.get("shadow"), None);
        assert_eq!(stack.audited("promote_model", false).await.len(), usize::from(state == "serving"));
    }
}

#[tokio::test]
async fn a_shadow_without_a_decision_ends_after_30_days() {
    let (stack, _models) = services(Settings::default()).await;
    submit(&stack, None, "two", &[]).await;
    let statements = "alter table model_events disable trigger model_events_are_append_only;
                      update model_events set created_at = created_at - interval '30 days' where version = 'two';
                      alter table model_events enable trigger model_events_are_append_only";
    sqlx::raw_sql(statements).execute(&mut stack.sql().await).await.unwrap();
    let model = until_it(&stack, None, |model| model["state"] != "shadow").await;
    assert_eq!(model["state"], "evaluated");
    assert!(model["reason"].as_str().unwrap().starts_with("undecided in shadow: 0 won and 0 lost"), "{model}");
}

#[tokio::test]
async fn a_shadow_ends_when_another_model_begins_to_serve() {
    let (stack, models) = services(Settings::default()).await;
    copy_champion(models.path(), "three", |_| ());
    command(&stack, ModelCommand::Add { folder: models.path().join("three") }).await;
    draw(&stack).await;
    submit(&stack, None, "two", &[]).await;
    until_replayed(&stack, 1).await;
    promote(&stack, "three").await;
    let model = listed(&stack, None).await;
    assert_eq!([&model["state"], &model["reason"]], ["evaluated", "undecided in shadow: three serves"]);
    // This challenger was compared with `one`, too.
    assert_eq!(submit(&stack, None, "four", &[]).await, "evaluated");
}

#[tokio::test]
async fn the_deletion_of_a_drawing_deletes_its_pair() {
    let (stack, _models) = services(Settings::default()).await;
    let (kept, mine) = (draw(&stack).await, stack.draw(&drawings::all()[8]).await);
    submit(&stack, None, "two", &[]).await;
    until_replayed(&stack, 2).await;
    let path = format!("/api/v1/predictions/{}", mine["id"].as_str().unwrap());
    let delete = stack.http.delete(stack.url(&path)).header("deletion-token", mine["deletion_token"].as_str().unwrap());
    assert_eq!(delete.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(replayed(&stack).await, [kept]);
}

#[tokio::test]
async fn the_quality_compares_both_versions_on_the_same_drawings() {
    let (stack, _models) = services(Settings::default()).await;
    let page = async || stack.get("/quality?lang=en").send().await.unwrap().text().await.unwrap();
    for true_label in [value!(8), value!(8), value!("not_a_digit"), value!(3), value!("unsure")] {
        draw_and_label(&stack, true_label).await;
    }
    assert!(!page().await.contains("Versions on the same drawings"));
    submit(&stack, None, "two", &[]).await;
    until_replayed(&stack, 5).await;
    let quality = json(stack.get("/api/v1/quality").send().await.unwrap(), StatusCode::OK).await;
    let expected = value!([{
        "challenger": "two", "champion": "one", "drawings": 5, "both_correct": 0, "only_challenger_correct": 1,
        "only_champion_correct": 2, "neither_correct": 1,
    }]);
    assert_eq!(quality["same_drawings"], expected);
    assert!(page().await.contains("Versions on the same drawings"));
}

#[tokio::test]
async fn a_model_service_that_follows_the_registry_copies_the_challenger() {
    // The model service of this stack has neither version, so its api waits.
    let registry = Stack::start().await;
    registry.add_first_model("one").await;
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("token"), "").unwrap();
    let replica = follow(&registry.url(""), &folder.path().join("token"), &folder.path().join("cache")).await;
    until(&registry.http, &replica, "one", "one").await;
    let stack = Stack::on(replica, registry.database.clone(), MODEL_REQUESTS, Settings::default()).await;
    stack.until_ready().await;
    draw(&stack).await;
    submit(&stack, None, "two", &[]).await;
    assert_eq!(until_replayed(&stack, 1).await["disagreements"], 0, "both have the same weights");
}

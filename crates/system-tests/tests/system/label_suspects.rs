//! Label suspects: the filter, and the queue in which people label such drawings again.

use crate::{
    drawings,
    pages::between,
    person::Person,
    stack::{Stack, json},
    trusted_labels::{label, last_origin, queue},
};
use reqwest::StatusCode;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Stores a drawing with this predicted class, confidence and label. Of the other digits, the one of `second` gets the rest of
/// the probability.
async fn store(stack: &Stack, predicted: &str, confidence: f32, second: usize, label: &str) -> String {
    let id = Uuid::now_v7();
    let digit: Option<i16> = predicted.parse().ok();
    let mut probabilities = [0.0_f32; 10];
    probabilities[second] = 1.0 - confidence;
    probabilities[usize::try_from(digit.unwrap_or(0)).unwrap()] = confidence;
    let mut sql = stack.sql().await;
    let query = sqlx::query(
        "insert into predictions (id, prediction, confidence, probabilities, verdict, reason, model, bitmap, input, input_kind,
             source)
         values ($1, coalesce($2, 0), $3, $4, case when $2 is null then 'not_a_digit' else 'digit' end,
             case when $2 is null then 'unlike_a_digit' end, 'one', decode(repeat('00', 784), 'hex'), '{}', 'strokes', 'api')",
    );
    query.bind(id).bind(digit).bind(confidence).bind(probabilities).execute(&mut sql).await.unwrap();
    let query = sqlx::query("insert into labels (prediction_id, true_label) values ($1, $2)");
    query.bind(id).bind(label).execute(&mut sql).await.unwrap();
    id.to_string()
}

/// The ids of the label suspects.
async fn suspects(stack: &Stack) -> BTreeSet<String> {
    let page = json(stack.get("/api/v1/predictions?suspect=true").send().await.unwrap(), StatusCode::OK).await;
    page["predictions"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

async fn threshold(stack: &Stack, class: &str) -> f32 {
    let query = sqlx::query_scalar("select threshold from class_thresholds where class = $1");
    query.bind(class).fetch_one(&mut stack.sql().await).await.unwrap()
}

#[tokio::test]
async fn a_label_is_suspect_if_another_class_is_as_probable_as_for_drawings_of_that_class() {
    let stack = Stack::start().await;
    for confidence in [0.9, 0.8] {
        store(&stack, "8", confidence, 3, "8").await;
    }
    store(&stack, "1", 0.7, 8, "8").await; // its probability of 8 is 0.3
    assert!((threshold(&stack, "8").await - 2.0 / 3.0).abs() < 1e-6);
    let surely_8 = store(&stack, "8", 0.67, 3, "3").await;
    let maybe_8 = store(&stack, "8", 0.66, 3, "3").await;
    let unsure = store(&stack, "8", 0.99, 3, "unsure").await;
    assert_eq!(suspects(&stack).await, BTreeSet::from([surely_8.clone()]), "not {maybe_8} or {unsure}");

    // No drawing is labelled 1 or `not_a_digit`, so nothing says how probable these are for such drawings.
    let rejected = store(&stack, "not_a_digit", 0.5, 3, "5").await;
    assert_eq!(suspects(&stack).await, BTreeSet::from([surely_8.clone()]));
    store(&stack, "not_a_digit", 0.5, 3, "not_a_digit").await;
    let accepted = store(&stack, "8", 0.99, 3, "not_a_digit").await;
    assert!((threshold(&stack, "not_a_digit").await - 0.5).abs() < 1e-6);
    assert_eq!(suspects(&stack).await, BTreeSet::from([surely_8, rejected, accepted]));
}

#[tokio::test]
async fn the_thresholds_are_means_of_the_latest_drawings_with_a_label() {
    let stack = Stack::start().await;
    let mut sql = stack.sql().await;
    stack.seed_predictions(5_000).await;
    sqlx::query("insert into labels (prediction_id, true_label) select id, predicted from prediction_index")
        .execute(&mut sql)
        .await
        .unwrap();
    for class in ["8", "not_a_digit"] {
        let query = sqlx::query_scalar(
            "select avg(case predicted when 'not_a_digit' then 1 else confidence end)::real from (
                 select * from prediction_index where true_label = $1 order by id desc limit 300) latest",
        );
        let mean: f32 = query.bind(class).fetch_one(&mut sql).await.unwrap();
        assert!((threshold(&stack, class).await - mean).abs() < 1e-6, "{class}");
    }
}

#[tokio::test]
async fn people_label_suspects_again_without_the_prediction_until_two_have_given_the_label() {
    let stack = Stack::with_accounts().await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let mary = Person::invited(&stack, "mary", "labeller").await;
    let visitor = Person::visitor(&stack).await;
    let mut ids = Vec::new();
    for given in ["8", "3", "3"] {
        let id = visitor.draw().await; // each is predicted as 8
        visitor.post(&format!("/drawings/{id}/label"), &[("true_label", given)]).await;
        ids.push(id);
    }
    assert_eq!(queue(&grace, "&suspect=true").await, [ids[2].clone(), ids[1].clone()]);
    let page = grace.get("/label").await.page(StatusCode::OK).await;
    assert!(page.contains("href=\"/label?suspect=true\""), "{page}");
    let page = grace.get("/label?suspect=true").await.page(StatusCode::OK).await;
    let form = between(&page, "<form class=\"choose\"", "</form>")[0];
    assert!(form.contains("name=\"suspect\" value=\"true\"") && form.contains(&ids[2]), "{form}");
    assert!(!page.contains("The network predicted"), "{page}");

    // Another person gives the same label, so nobody is asked again.
    let form = [("id", &*ids[2]), ("true_label", "3"), ("suspect", "true")];
    let reply = grace.post("/label", &form).await;
    assert_eq!((reply.status(), &*last_origin(&stack).await), (StatusCode::SEE_OTHER, "queue"));
    assert!(reply.header("location").unwrap().contains("suspect=true"));
    assert_eq!(queue(&mary, "&suspect=true").await, [ids[1].clone()]);
    // A label that agrees with the prediction counts instead of the drawer's.
    label(&grace, &ids[1], "8").await;
    assert_eq!(queue(&mary, "&suspect=true").await, [] as [String; 0]);
    let history = mary.get("/history?suspect=true").await.page(StatusCode::OK).await;
    assert!(history.contains("No drawing matches.") && history.contains("Suspect labels"), "{history}");
    let page = mary.get("/label?suspect=true").await.page(StatusCode::OK).await;
    assert!(page.contains("No drawing waits for your label now."), "{page}");
}

#[tokio::test]
async fn an_operator_settles_a_suspect_label_by_giving_it_twice() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let visitor = Person::visitor(&stack).await;
    let ids = [visitor.draw().await, visitor.draw().await, visitor.draw().await];
    label(&ada, &ids[0], "8").await;
    for _ in 0..2 {
        grace.post(&format!("/drawings/{}/label", ids[1]), &[("true_label", "3")]).await;
    }
    ada.post(&format!("/drawings/{}/label", ids[2]), &[("true_label", "3")]).await;
    let listed = async || {
        let page = ada.get("/api/v1/predictions?suspect=true").await.page(StatusCode::OK).await;
        ids.iter().filter(|id| page.contains(*id)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(listed().await, ids[1..], "a labeller who repeats a label is still one person");
    ada.post(&format!("/drawings/{}/label", ids[2]), &[("true_label", "3")]).await;
    assert_eq!(listed().await, ids[1..2]);
}

#[tokio::test]
async fn a_person_whose_labels_do_not_count_settles_nothing() {
    let stack = Stack::with_accounts().await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let mary = Person::invited(&stack, "mary", "labeller").await;
    let visitor = Person::visitor(&stack).await;
    let ids = [visitor.draw().await, visitor.draw().await];
    for (id, given) in ids.iter().zip(["8", "3"]) {
        visitor.post(&format!("/drawings/{id}/label"), &[("true_label", given)]).await;
    }
    let ignore = "update users set labels_count = false where name = 'grace'";
    sqlx::raw_sql(ignore).execute(&mut stack.sql().await).await.unwrap();
    label(&grace, &ids[1], "3").await;
    assert_eq!(queue(&mary, "&suspect=true").await, [ids[1].clone()]);
}

#[tokio::test]
async fn without_accounts_suspects_are_listed_only() {
    let stack = Stack::start().await;
    let id = stack.draw(&drawings::all()[8]).await["id"].as_str().unwrap().to_owned();
    let url = format!("/api/v1/predictions/{id}/label");
    let put = stack.http.put(stack.url(&url)).json(&serde_json::json!({ "true_label": 3 }));
    json(put.send().await.unwrap(), StatusCode::OK).await;
    store(&stack, "8", 0.5, 3, "8").await;
    assert_eq!(suspects(&stack).await, BTreeSet::from([id]));
    let history = stack.get("/history?suspect=true").send().await.unwrap().text().await.unwrap();
    assert!(history.contains("name=\"suspect\" value=\"true\" checked"), "{history}");
    let path = "/api/v1/labelling-queue?suspect=true";
    let page = json(stack.get(path).send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(page["drawings"], serde_json::json!([]));
}

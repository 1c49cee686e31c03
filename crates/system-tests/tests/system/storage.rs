//! The total of all stored inputs: it follows every change, and when it reaches its limit, nothing more is stored.

use crate::{
    drawings,
    person::Person,
    stack::{Stack, json},
    webdriver::Browser,
};
use api::{ByteSize, Settings};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

/// Returns a drawing whose input has so many bytes.
fn of_size(bytes: usize) -> String {
    let drawing = drawings::all()[8].to_string();
    format!("{drawing}{}", " ".repeat(bytes - drawing.len()))
}

/// Starts all services with a limit of so many bytes.
async fn limited(bytes: u64) -> Stack {
    Stack::with_settings(Settings { storage_limit: Some(ByteSize(bytes)), ..Settings::default() }).await
}

fn predict(stack: &Stack, query: &str, bytes: usize) -> RequestBuilder {
    stack.post(&format!("/predict{query}"), "application/json", of_size(bytes))
}

/// Returns the total that the database holds, and the one that its rows have.
async fn totals(stack: &Stack) -> ((i64, i64), (i64, i64)) {
    let mut sql = stack.sql().await;
    let held = sqlx::query_as("select drawings, bytes from all_stored_inputs").fetch_one(&mut sql).await.unwrap();
    let counted = "select count(*), coalesce(sum(octet_length(input)), 0)::bigint from predictions";
    (held, sqlx::query_as(counted).fetch_one(&mut sql).await.unwrap())
}

#[tokio::test]
async fn a_full_storage_takes_no_drawing_until_somebody_deletes_one_and_previews_go_on() {
    let stack = limited(30_000).await;
    let key = "8e03978e-40d5-43dd-bc93-6894a57f9324";
    let keyed = || predict(&stack, "", 10_000).header("idempotency-key", key);
    let first = json(keyed().send().await.unwrap(), StatusCode::OK).await;
    for _ in 0..2 {
        json(predict(&stack, "", 10_000).send().await.unwrap(), StatusCode::OK).await;
    }

    let response = predict(&stack, "", 10_000).send().await.unwrap();
    assert!(!response.headers().contains_key("retry-after"), "nobody knows when there is room again");
    let problem = json(response, StatusCode::INSUFFICIENT_STORAGE).await;
    assert_eq!(problem["code"], "storage_full");
    json(predict(&stack, "?preview=true", 10_000).send().await.unwrap(), StatusCode::OK).await;
    let repeated = json(keyed().send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(repeated["id"], first["id"], "a repeated submission gets the answer of the first one");
    let picture = drawings::Picture::default().png(&drawings::all()[8]);
    let page = Person::new(&stack).send(stack.upload("/upload", picture)).await;
    let page = page.page(StatusCode::INSUFFICIENT_STORAGE).await;
    assert!(page.contains("The storage of this site is full"), "{page}");
    assert_eq!(stack.rows().await, 3);

    let text = |field: &str| first[field].as_str().unwrap().to_owned();
    let delete = stack.http.delete(stack.url(&format!("/api/v1/predictions/{}", text("id"))));
    let deleted = delete.header("deletion-token", text("deletion_token")).send().await.unwrap();
    assert_eq!(deleted.status(), StatusCode::NO_CONTENT);
    json(predict(&stack, "", 10_001).send().await.unwrap(), StatusCode::INSUFFICIENT_STORAGE).await;
    json(predict(&stack, "", 10_000).send().await.unwrap(), StatusCode::OK).await;
}

#[tokio::test]
async fn drawings_that_arrive_at_the_same_time_do_not_exceed_the_limit_together() {
    let stack = std::sync::Arc::new(limited(50_000).await);
    let requests = (0..20).map(|_| {
        let request = predict(&stack, "", 10_000);
        async move { request.send().await.unwrap().status() }
    });
    let statuses = requests.collect::<tokio::task::JoinSet<_>>().join_all().await;
    let stored = statuses.iter().filter(|status| **status == StatusCode::OK).count();
    assert_eq!(stored, 5, "{statuses:?}");
    assert_eq!(stack.rows().await, 5);
}

#[tokio::test]
async fn the_total_follows_inserted_changed_and_deleted_rows() {
    let stack = Stack::start().await;
    for bytes in [10_000, 400_000] {
        json(predict(&stack, "", bytes).send().await.unwrap(), StatusCode::OK).await;
    }
    stack.seed_predictions(500).await;
    let (held, counted) = totals(&stack).await;
    assert_eq!((held, counted.0), (counted, 502));
    for change in [
        "update predictions set input = substr(input, 1, 100) where octet_length(input) > 300000",
        "select apply_pending_stored_inputs()",
        "delete from predictions where id in (select id from predictions limit 250)",
        "select apply_pending_stored_inputs()",
        "delete from predictions where false",
    ] {
        sqlx::query(change).execute(&mut stack.sql().await).await.unwrap();
        let (held, counted) = totals(&stack).await;
        assert_eq!(held, counted, "{change}");
    }
    let pending: i64 = sqlx::query_scalar("select count(*) from pending_stored_inputs")
        .fetch_one(&mut stack.sql().await)
        .await
        .unwrap();
    assert_eq!(pending, 0, "rows do not pile up");
}

#[tokio::test]
async fn the_metric_of_stored_inputs_is_their_total() {
    let stack = Stack::start().await;
    let answer: Value = json(predict(&stack, "", 12_345).send().await.unwrap(), StatusCode::OK).await;
    assert!(answer["id"].as_str().unwrap().parse::<Uuid>().is_ok());
    let metrics = stack.http.get(format!("http://{}/metrics", stack.api.metrics)).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains("\ndigits_stored_input_bytes 12345\n"), "{metrics}");
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn the_page_says_that_the_storage_is_full_goes_on_with_previews_and_does_not_repeat_the_submission() {
    const SUBMISSIONS: &str = "return performance.getEntriesByType('resource')
        .filter(({ name }) => name.includes('/predict?') && !name.includes('preview')).length;";
    let stack = limited(0).await;
    let browser = Browser::chromium().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    let strokes = drawings::all()[5]["strokes"].clone();
    browser.draw(&strokes).await;
    browser.press("#submit").await;
    browser.element("#notice[data-code=storage_full]").await;
    browser.element("#answer[data-state=live]:not([data-busy])").await;
    // Longer than the page waits before its first retry after other problems.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(browser.client.execute(SUBMISSIONS, Vec::new()).await.unwrap(), 1);
    let notice = browser.element("#notice").await.text().await.unwrap();
    assert!(notice.contains("Your drawing is not stored."), "{notice}");
    browser.client.clone().close().await.unwrap();
    assert_eq!(stack.rows().await, 0);
}

//! Tests that compare filters of `GET /api/v1/predictions` and `GET /api/v1/labelling-queue` with plain SQL.

use crate::stack::{Stack, json};
use reqwest::StatusCode;
use serde_json::Value;
use uuid::Uuid;

/// Selects the latest label without the table `prediction_index`.
const LABEL: &str = "(select true_label from labels where prediction_id = p.id order by labels.id desc limit 1)";
const PREDICTED: &str = "(case verdict when 'digit' then prediction::text else 'not_a_digit' end)";

/// Returns the ids on all pages. `by` is the parameter that requests the next page.
async fn listed(stack: &Stack, path: &str, by: &str) -> Vec<Uuid> {
    let (mut ids, mut next) = (Vec::new(), String::new());
    loop {
        let page = json(stack.get(&format!("{path}{next}")).send().await.unwrap(), StatusCode::OK).await;
        let rows = page["predictions"].as_array().unwrap();
        ids.extend(rows.iter().map(|row| row["id"].as_str().unwrap().parse::<Uuid>().unwrap()));
        match &page["next"] {
            Value::String(id) => next = format!("&{by}={id}"),
            _ => return ids,
        }
    }
}

async fn found(stack: &Stack, condition: &str, order: &str) -> Vec<Uuid> {
    let condition = condition.replace("LABEL", LABEL).replace("PREDICTED", PREDICTED);
    let sql = format!("select id from predictions p where {condition} order by {order}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&mut stack.sql().await).await.unwrap()
}

#[tokio::test]
async fn every_filter_agrees_with_plain_sql() {
    let stack = Stack::start().await;
    stack.seed_predictions(3000).await;
    for (query, condition) in [
        ("", "true"),
        ("predicted=7", "PREDICTED = '7'"),
        ("predicted=not_a_digit", "verdict = 'not_a_digit'"),
        ("true_label=3", "LABEL = '3'"),
        ("true_label=unsure", "LABEL = 'unsure'"),
        ("labelled=true", "LABEL is not null"),
        ("labelled=false", "LABEL is null"),
        ("incorrect=true", "LABEL <> PREDICTED and LABEL <> 'unsure'"),
        ("incorrect=false&low_confidence=false", "true"),
        ("low_confidence=true", "confidence < 0.9"),
        ("model=newer", "model = 'newer'"),
        ("model=nobody", "false"),
        ("source=upload&predicted=4", "source = 'upload' and PREDICTED = '4'"),
        ("source=api&incorrect=true&predicted=2&true_label=3", "source = 'api' and PREDICTED = '2' and LABEL = '3'"),
    ] {
        let ids = listed(&stack, &format!("/api/v1/predictions?limit=100&{query}"), "before").await;
        assert_eq!(ids, found(&stack, condition, "id desc").await, "{query}");
        assert!(
            ["model=nobody", "source=api&incorrect=true&predicted=2&true_label=3"].contains(&query) || !ids.is_empty()
        );
    }
}

#[tokio::test]
async fn a_time_range_includes_its_start_and_excludes_its_end() {
    let stack = Stack::start().await;
    stack.seed_predictions(300).await;
    let moments: Vec<String> = sqlx::query_scalar(
        "select to_char(date_trunc('milliseconds', created_at) at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')
         from predictions order by id",
    )
    .fetch_all(&mut stack.sql().await)
    .await
    .unwrap();
    let all = found(&stack, "true", "id desc").await;
    let path = format!("/api/v1/predictions?limit=100&since={}&until={}", moments[10], moments[150]);
    let page_ids = listed(&stack, &path, "before").await;
    assert_eq!(page_ids, all.iter().rev().skip(10).take(140).rev().copied().collect::<Vec<_>>());
}

#[tokio::test]
async fn without_accounts_the_queue_is_sorted_by_confidence_and_omits_labelled_predictions() {
    let stack = Stack::start().await;
    stack.seed_predictions(500).await;
    let queue = async || {
        let path = "/api/v1/labelling-queue?limit=100";
        let page = json(stack.get(path).send().await.unwrap(), StatusCode::OK).await;
        let drawings = page["drawings"].as_array().unwrap().clone();
        drawings.iter().map(|drawing| drawing["id"].as_str().unwrap().parse::<Uuid>().unwrap()).collect::<Vec<_>>()
    };
    let waiting = queue().await;
    assert_eq!(waiting, found(&stack, "LABEL is null", "confidence, id limit 100").await);

    let url = stack.url(&format!("/api/v1/predictions/{}/label", waiting[0]));
    json(
        stack.http.put(&url).json(&serde_json::json!({ "true_label": "unsure" })).send().await.unwrap(),
        StatusCode::OK,
    )
    .await;
    assert_eq!(queue().await[0], waiting[1]);
    let taken_back = json(stack.http.delete(&url).send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(taken_back["true_label"], Value::Null);
    assert_eq!(queue().await, waiting);
}

#[tokio::test]
async fn invalid_filters_are_rejected() {
    let stack = Stack::start().await;
    for path in [
        "/api/v1/predictions?predicted=cat",
        "/api/v1/predictions?since=yesterday",
        "/api/v1/labelling-queue?limit=0",
        "/api/v1/labelling-queue?disputed=perhaps",
        "/api/v1/predictions?disputed=perhaps",
        "/api/v1/labelling-queue?suspect=perhaps",
        "/api/v1/predictions?suspect=perhaps",
    ] {
        let problem = json(stack.get(path).send().await.unwrap(), StatusCode::BAD_REQUEST).await;
        assert_eq!(problem["code"], "invalid_query", "{path}");
    }
}

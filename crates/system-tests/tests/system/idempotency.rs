//! Tests of `Idempotency-Key`: the api records a repeated submission once, even if its first answer was lost.

use crate::{
    drawings,
    stack::{
        ANY, MODEL_REQUESTS, Service, Stack, empty_database, json, migrated_store, model_client, root, service_role,
    },
    test_logs,
    unavailable::{Cluster, LossyProxy},
    webdriver::Browser,
};
use api::{Api, Settings, Store};
use reqwest::{Client, RequestBuilder, StatusCode, multipart};
use serde_json::Value;
use sqlx::{ConnectOptions, postgres::PgConnectOptions};
use std::num::NonZeroU32;
use tokio::task::JoinSet;
use uuid::Uuid;

fn key() -> String {
    let key = Uuid::new_v4().to_string();
    test_logs::secret("idempotency key", &key);
    format!("\"{key}\"")
}

fn submit(stack: &Stack, path: &str, drawing: usize, key: &str) -> RequestBuilder {
    let drawing = drawings::all()[drawing].to_string();
    stack.post(path, "application/json", drawing).header("idempotency-key", key)
}

async fn answer(request: RequestBuilder, status: StatusCode) -> Value {
    json(request.send().await.unwrap(), status).await
}

fn text<'a>(answer: &'a Value, field: &str) -> &'a str {
    answer[field].as_str().unwrap()
}

async fn delete(http: &Client, url: &str, answer: &Value) -> StatusCode {
    let request = http.delete(format!("{url}/api/v1/predictions/{}", text(answer, "id")));
    request.header("deletion-token", text(answer, "deletion_token")).send().await.unwrap().status()
}

#[tokio::test]
async fn a_repeated_submission_gets_the_first_answer_without_a_model_request() {
    let mut stack = Stack::start().await;
    let (drawn, uploaded) = (key(), key());
    let png = drawings::Picture::default().png(&drawings::all()[3]);
    // Each form has a different boundary.
    let upload =
        |stack: &Stack| stack.upload("/predict?source=upload", png.clone()).header("idempotency-key", &uploaded);
    let first = answer(submit(&stack, "/predict?include=bitmap", 8, &drawn), StatusCode::OK).await;
    let first_upload = answer(upload(&stack), StatusCode::OK).await;
    stack.model.take().unwrap().stop().await;

    let bare = drawn.trim_matches('"');
    assert_eq!(answer(submit(&stack, "/predict?include=bitmap", 8, bare), StatusCode::OK).await, first);
    assert_eq!(answer(upload(&stack), StatusCode::OK).await, first_upload);
    assert_eq!(stack.rows().await, 2);
    assert_eq!(delete(&stack.http, &stack.url(""), &first).await, StatusCode::NO_CONTENT);
    assert_eq!(answer(submit(&stack, "/predict", 8, &drawn), StatusCode::GONE).await["code"], "deleted");
    assert_eq!(stack.rows().await, 1);
}

#[tokio::test]
async fn a_key_belongs_to_one_submission() {
    let stack = Stack::start().await;
    let key = key();
    let first = answer(submit(&stack, "/predict", 8, &key), StatusCode::OK).await;
    for (path, drawing) in
        [("/predict", 3), ("/predict?source=canvas", 8), (&format!("/predict?model={}", text(&first, "model")), 8)]
    {
        let problem = answer(submit(&stack, path, drawing, &key), StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(problem["code"], "idempotency_key_reused", "{path}");
    }
    assert_eq!(stack.rows().await, 1);
}

#[tokio::test]
async fn only_a_random_uuid_is_a_key_and_a_preview_accepts_no_key() {
    let stack = Stack::start().await;
    for bad in ["", "1", "\"1\"", &Uuid::now_v7().to_string(), &Uuid::nil().to_string()] {
        let problem = answer(submit(&stack, "/predict", 8, bad), StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(problem["code"], "invalid_idempotency_key", "{bad}");
    }
    let twice = submit(&stack, "/predict", 8, &key()).header("idempotency-key", key());
    assert_eq!(answer(twice, StatusCode::UNPROCESSABLE_ENTITY).await["code"], "invalid_idempotency_key");
    let preview = submit(&stack, "/predict?preview=true", 8, &key());
    assert_eq!(answer(preview, StatusCode::BAD_REQUEST).await["code"], "invalid_query");
    assert_eq!(stack.rows().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_requests_with_one_key_are_recorded_once() {
    let stack = Stack::start().await;
    let keys = [key(), key(), key()];
    let requests = (0..24).map(|i| submit(&stack, "/predict", i % 3, &keys[i % 3]).send());
    let answers: JoinSet<_> = requests.map(async |answer| json(answer.await.unwrap(), StatusCode::OK).await).collect();
    let mut ids: Vec<String> = answers.join_all().await.iter().map(|answer| text(answer, "id").to_owned()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), stack.rows().await), (3, 3));
}

/// Starts a second instance of the web service on the same database and model service.
async fn another_instance(stack: &Stack, database: &PgConnectOptions) -> Service {
    let role = service_role(database);
    let store = Store::new(database.clone().username(&role.name), NonZeroU32::MIN);
    let model = model_client(&[stack.model.as_ref().unwrap().address], MODEL_REQUESTS).await;
    let api = |readiness| Api::new(store, model, readiness, Settings::default());
    Service::start(ANY.parse().unwrap(), move |readiness, metrics| api::app(api(readiness), metrics)).await
}

#[tokio::test]
async fn a_row_whose_commit_was_reported_as_unavailable_is_found_by_its_key_and_deleted_with_its_token() {
    let cluster = Cluster::new();
    let database: PgConnectOptions = cluster.script("start").parse().unwrap();
    let proxy = LossyProxy::start(&database).await;
    let stack = Stack::with_database(proxy.database(&database)).await;
    stack.until_ready().await;
    let other = another_instance(&stack, &database).await;
    let key = key();

    proxy.lose_inserts(true);
    let refused = answer(submit(&stack, "/predict", 8, &key), StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(refused["code"], "database_unavailable");
    proxy.lose_inserts(false);
    assert_eq!(stack.rows().await, 1, "PostgreSQL committed the row, and the proxy lost its answer");

    let first = answer(submit(&stack, "/predict", 8, &key), StatusCode::OK).await;
    cluster.script("stop");
    answer(submit(&stack, "/predict", 8, &key), StatusCode::SERVICE_UNAVAILABLE).await;
    cluster.script("start");
    let url = format!("http://{}", other.address);
    let eight = drawings::all()[8].to_string();
    let request = stack.http.post(format!("{url}/predict")).header("content-type", "application/json").body(eight);
    let second = answer(request.header("idempotency-key", &key), StatusCode::OK).await;
    assert_eq!(first, second);
    assert_eq!(stack.rows().await, 1);
    assert_eq!(delete(&stack.http, &url, &second).await, StatusCode::NO_CONTENT);
    assert_eq!(stack.rows().await, 0);
}

#[tokio::test]
async fn only_hashes_of_keys_and_tokens_are_stored_and_keys_for_a_day() {
    let database = empty_database().await;
    migrated_store(&database).1.await.unwrap();
    let mut sql = database.connect().await.unwrap();
    let keys = "insert into idempotency_keys (key_hash, request_hash, prediction_id, created_at)
        select sha256(n::text::bytea), sha256(''), gen_random_uuid(), now() - n * interval '1 hour' from generate_series(1, 48) n";
    sqlx::query(keys).execute(&mut sql).await.unwrap();
    let stack = Stack::with_database(database).await;
    stack.until_ready().await;
    let count = async || {
        let query = sqlx::query_scalar::<_, i64>("select count(*) from idempotency_keys");
        query.fetch_one(&mut stack.sql().await).await.unwrap()
    };
    while count().await > 23 {
        tokio::task::yield_now().await;
    }
    assert_eq!(count().await, 23);

    let key = Uuid::new_v4();
    let first = answer(submit(&stack, "/predict", 8, &key.to_string()), StatusCode::OK).await;
    let token: Uuid = text(&first, "deletion_token").parse().unwrap();
    let rows: Vec<String> = sqlx::query_scalar(
        "select k::text || p::text from idempotency_keys k join predictions p on p.id = k.prediction_id",
    )
    .fetch_all(&mut sql)
    .await
    .unwrap();
    assert_eq!(rows.len(), 1);
    for secret in [key, token] {
        assert!(!rows[0].contains(&secret.simple().to_string()) && !rows[0].contains(&secret.to_string()));
    }
}

/// Makes `fetch` lose the first answer to a submission, after the api has sent it.
const LOSE_AN_ANSWER: &str = "const real = window.fetch;
    let isLost = false;
    window.fetch = async (url, ...rest) => {
        const answer = await real(url, ...rest);
        if (isLost || !String(url).startsWith('/predict?source=')) return answer;
        isLost = true;
        throw new TypeError('the answer is lost');
    };";

#[tokio::test]
#[ignore = "needs Chromium"]
async fn the_page_repeats_a_submission_without_an_answer_and_can_delete_its_only_row() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.client.execute(LOSE_AN_ANSWER, Vec::new()).await.unwrap();
    browser.draw(&drawings::all()[5]["strokes"]).await;
    browser.until_text("#numeral", "5").await;
    browser.press("#submit").await;
    browser.element("#answer[data-state=recorded]").await;
    assert_eq!(stack.rows().await, 1);
    browser.element("#delete:not([hidden])").await;
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
async fn a_form_that_a_browser_repeats_is_recorded_once_and_another_image_separately() {
    let stack = Stack::start().await;
    let page = stack.get("/").send().await.unwrap().text().await.unwrap();
    let key = page.split_once("name=\"key\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    let upload = async |name: &str| {
        let file = std::fs::read(root().join("examples").join(name)).unwrap();
        let form = multipart::Form::new().text("key", key.clone());
        let form = form.part("file", multipart::Part::bytes(file).file_name(name.to_owned()));
        let response = stack.http.post(stack.url("/upload")).multipart(form).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        response.headers()["location"].to_str().unwrap().to_owned()
    };
    let shown = [upload("eight.png").await, upload("eight.png").await, upload("eight.jpg").await];
    assert!(shown[0] == shown[1] && shown[0] != shown[2], "{shown:?}");
    assert_eq!(stack.rows().await, 2);
    let other = stack.get("/").send().await.unwrap().text().await.unwrap();
    assert!(!other.contains(&key), "each page has a different key");
}

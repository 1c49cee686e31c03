//! The Open Inference Protocol through the api, as an outside client uses it. `triton.rs` does so with Triton's client.

use crate::{
    openapi::raw::{Answered, begin},
    person::{Person, token},
    stack::{Stack, json},
};
use api::{ApiAccess, Settings};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json as value};

/// An inference request for so many blank bitmaps.
fn blank(bitmaps: usize) -> String {
    let input = value!({
        "name": "image", "datatype": "FP32", "shape": [bitmaps, 1, 28, 28], "data": vec![0; bitmaps * 784],
    });
    value!({ "inputs": [input] }).to_string()
}

fn infer(stack: &Stack, body: String) -> RequestBuilder {
    stack.post("/v2/models/digits/infer", "application/json", body)
}

/// The message of an error, which is the whole body.
async fn error(request: RequestBuilder, status: StatusCode) -> String {
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    let body = json(response, status).await;
    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
    body["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_program_classifies_with_the_scope_predict_and_gets_errors_in_the_format_of_the_protocol() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let predict = token(&ada, "classifier", &["predict"]).await;
    let answer = infer(&stack, blank(2)).bearer_auth(&predict).send().await.unwrap();
    let answer = json(answer, StatusCode::OK).await;
    assert_eq!(answer["outputs"][0]["shape"], value!([2, 10]));
    assert_eq!(stack.rows().await, 0, "nothing is stored");

    let read = token(&ada, "reader", &["read"]).await;
    let lacking = error(infer(&stack, blank(1)).bearer_auth(&read), StatusCode::FORBIDDEN).await;
    assert!(lacking.contains("\"predict\""), "{lacking}");
    let unknown = error(infer(&stack, blank(1)).bearer_auth("dgt_"), StatusCode::UNAUTHORIZED).await;
    assert!(unknown.contains("API token"), "{unknown}");
    let load = stack.post("/v2/repository/models/digits/load", "application/json", "");
    error(load.bearer_auth(&predict), StatusCode::FORBIDDEN).await;
    // The model service has rejected these.
    let rejected = error(infer(&stack, blank(33)).bearer_auth(&predict), StatusCode::BAD_REQUEST).await;
    assert!(rejected.contains("at most 25088 numbers"), "{rejected}");
    error(stack.get("/v2/nowhere"), StatusCode::NOT_FOUND).await;
    error(stack.get("/v2/models/digits/infer"), StatusCode::METHOD_NOT_ALLOWED).await;
}

#[tokio::test]
async fn no_path_leads_around_the_access_of_the_model_service() {
    let stack = Stack::with_accounts().await;
    for (method, path) in [
        ("POST", "/v2/models/%2e%2e/versions/%2e%2e/infer"),
        ("POST", "/v2/models/../repository/models/digits/load"),
        ("POST", "/v2/models/%2e%2e%2frepository%2fmodels%2fdigits%2fload%3f/infer"),
        ("POST", "/v2//repository/models/digits/load"),
        ("GET", "/v2/%2e%2e/metrics"),
        ("GET", "/v2/../../predict"),
        ("GET", "/v2/http://127.0.0.1/"),
    ] {
        let connection = begin(stack.api.address, (method, path, "application/json"), "Content-Length: 0", "").await;
        let answered = Answered::on(connection).await;
        assert!(matches!(answered.status, 400 | 404 | 405), "{method} {path}: {}", answered.status);
        serde_json::from_slice::<Value>(&answered.body).unwrap();
    }
}

#[tokio::test]
async fn each_bitmap_of_a_visitor_counts_as_a_preview() {
    let settings = Settings { access: ApiAccess::Accounts, has_rate_limits: true, ..Settings::default() };
    let stack = Stack::with_settings(settings).await;
    let mut classified = 0;
    let limited = loop {
        let response = infer(&stack, blank(32)).send().await.unwrap();
        if response.status() != StatusCode::OK {
            break response;
        }
        classified += 32;
        assert!(classified < 10_000, "there is no limit");
    };
    assert!(limited.headers().contains_key("retry-after"));
    assert!(json(limited, StatusCode::TOO_MANY_REQUESTS).await["error"].is_string());
    assert!(classified >= 1_200 - 32, "{classified}");
}

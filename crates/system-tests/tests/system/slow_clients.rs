//! Tests of slow clients, which hold connections and read little of their answers.

use crate::{
    drawings,
    stack::{ANY, MODEL_REQUESTS, Service, Stack, json, model_client},
};
use axum::{Router, routing::get};
use reqwest::{Response, StatusCode};
use service::ConnectionLimits;
use std::time::Duration;

/// Returns a drawing of nearly 5 MB: strokes, then spaces.
fn large() -> String {
    format!("{}{}", drawings::all()[8], " ".repeat(4_900_000))
}

#[tokio::test]
async fn the_number_of_large_inputs_sent_at_a_time_is_limited() {
    let stack = Stack::start().await;
    let drawn = json(stack.post("/predict", "application/json", large()).send().await.unwrap(), StatusCode::OK).await;
    let small = stack.draw(&drawings::all()[8]).await;
    let path = |drawn: &serde_json::Value| format!("/api/v1/predictions/{}/input", drawn["id"].as_str().unwrap());
    let ask = async || stack.get(&path(&drawn)).send().await.unwrap();

    let mut unread: Vec<Response> = Vec::new();
    let rejected = loop {
        let answer = ask().await;
        if answer.status() != StatusCode::OK {
            break answer;
        }
        unread.push(answer);
        assert!(unread.len() < 50, "the service sends only a limited number at a time");
    };
    assert_eq!(unread.len(), 6);
    assert!(rejected.headers().contains_key("retry-after"));
    assert_eq!(json(rejected, StatusCode::TOO_MANY_REQUESTS).await["code"], "overloaded");
    // The limit also holds for requests that read the input for the model. The service still sends a small input.
    let predictions_by_model = stack.get(&path(&drawn).replace("/input", "/models")).send().await.unwrap();
    assert_eq!(predictions_by_model.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(stack.get(&path(&small)).send().await.unwrap().status(), StatusCode::OK);

    assert_eq!(unread.pop().unwrap().bytes().await.unwrap().len(), large().len());
    let next = ask().await;
    assert_eq!(next.status(), StatusCode::OK);
    drop((unread, next));
    assert_eq!(ask().await.bytes().await.unwrap().len(), large().len(), "disconnected clients free their share");
}

#[tokio::test]
async fn the_web_service_gets_an_answer_after_the_model_service_closed_an_idle_connection() {
    let limits = ConnectionLimits { header_timeout: Duration::from_millis(50), ..ConnectionLimits::default() };
    let ready = Router::new().route("/readyz", get(async || "ok"));
    let model = Service::with_limits(limits, ANY.parse().unwrap(), |_, _| ready).await;
    let client = model_client(&[model.address], MODEL_REQUESTS).await;
    for _ in 0..3 {
        client.ready().await.unwrap();
        assert!(model.connections.open() <= 1);
        while model.connections.open() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

//! Clients that are slow on purpose: they hold connections, and answers of which they read little.

use crate::{
    drawings,
    stack::{ANY, MODEL_REQUESTS, Service, Stack, json},
};
use api::ModelClient;
use axum::{Router, routing::get};
use reqwest::{Response, StatusCode};
use service::ConnectionLimits;
use std::time::Duration;

/// A drawing of nearly 5 MB: strokes, and blanks behind them.
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
    let refused = loop {
        let answer = ask().await;
        if answer.status() != StatusCode::OK {
            break answer;
        }
        unread.push(answer);
        assert!(unread.len() < 50, "as many as one likes are sent at a time");
    };
    assert_eq!(unread.len(), 6);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(json(refused, StatusCode::TOO_MANY_REQUESTS).await["code"], "overloaded");
    // The model is not asked about more of them either, and a small one is sent all the same.
    let predictions_by_model = stack.get(&path(&drawn).replace("/input", "/models")).send().await.unwrap();
    assert_eq!(predictions_by_model.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(stack.get(&path(&small)).send().await.unwrap().status(), StatusCode::OK);

    assert_eq!(unread.pop().unwrap().bytes().await.unwrap().len(), large().len());
    let next = ask().await;
    assert_eq!(next.status(), StatusCode::OK);
    drop((unread, next));
    assert_eq!(ask().await.bytes().await.unwrap().len(), large().len(), "whose clients went gave their share back");
}

#[tokio::test]
async fn the_web_service_gets_an_answer_after_the_model_service_closed_an_idle_connection() {
    let limits = ConnectionLimits { header_timeout: Duration::from_millis(50), ..ConnectionLimits::default() };
    let ready = Router::new().route("/readyz", get(async || "ok"));
    let model = Service::within(limits, ANY.parse().unwrap(), |_, _| ready).await;
    let client = ModelClient::new(&format!("http://{}", model.address).parse().unwrap(), MODEL_REQUESTS).unwrap();
    for _ in 0..3 {
        client.ready().await.unwrap();
        assert!(model.connections.open() <= 1);
        while model.connections.open() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

//! Concurrent predictions share statements. Each gets its own row, and a rejected row does not affect the others.

use crate::stack::{ANY, Service, Stack, empty_database, json};
use axum::{Json, Router, routing::post};
use reqwest::StatusCode;
use serde_json::{Value, json as value};
use sqlx::Row;
use std::{collections::HashMap, sync::Arc};
use tokio::{sync::Barrier, task::JoinSet};
use uuid::Uuid;

/// A drawing with its number in the first pixel.
fn drawing(number: usize) -> Value {
    let mut pixels = vec![0.0; 784];
    pixels[0] = f64::from(u32::try_from(number).unwrap()) / 255.0;
    value!({ "pixels": pixels })
}

/// An answer of the model service. No two answers have a value in common, so that a test notices swapped rows.
fn answer(number: usize) -> Value {
    let reason = [None, Some("too_small"), Some("several_digits"), Some("unlike_a_digit")][number % 4];
    // Multiples of 1/128 are the same in JSON, in binary and in the database.
    let probabilities: Vec<f32> = (0..10).map(|digit| f32::from(2 * digit + number as u8) / 128.0).collect();
    value!({
        "prediction": number % 10,
        "confidence": probabilities[number % 10],
        "probabilities": probabilities,
        "verdict": if reason.is_some() { "not_a_digit" } else { "digit" },
        "reason": reason,
        "model": format!("model-{number}"),
        "bitmap": drawing(number)["pixels"],
    })
}

/// A web service with a fake model service, which waits for `count` requests and then answers all of them at once.
async fn stack(count: usize, answer: fn(usize) -> Value) -> Arc<Stack> {
    let barrier = Arc::new(Barrier::new(count));
    let predict = async move |Json(drawing): Json<Value>| {
        barrier.wait().await;
        Json(answer((drawing["pixels"][0].as_f64().unwrap() * 255.0).round() as usize))
    };
    let app = Router::new().route("/predict", post(predict)).route("/readyz", axum::routing::get(async || "ok\n"));
    let model = Service::start(ANY.parse().unwrap(), |_, _| app).await;
    let stack = Stack::of(model, empty_database().await).await;
    stack.until_ready().await;
    Arc::new(stack)
}

/// Sends `count` drawings at once, and returns the status and the body of each response by the number of its drawing.
async fn send(stack: &Arc<Stack>, count: usize) -> HashMap<usize, (StatusCode, Value)> {
    let send = |number: usize| {
        let request = stack.post("/predict", "application/json", drawing(number).to_string());
        async move {
            let response = request.send().await.unwrap();
            let status = response.status();
            (number, (status, json(response, status).await))
        }
    };
    (0..count).map(send).collect::<JoinSet<_>>().join_all().await.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_many_concurrent_predictions_gets_its_own_answer_and_row() {
    const MANY: usize = 100;
    let stack = stack(MANY, answer).await;
    for (number, (status, body)) in send(&stack, MANY).await {
        assert_eq!(status, StatusCode::OK, "{body}");
        let id: Uuid = body["id"].as_str().unwrap().parse().unwrap();
        let row = sqlx::query("select * from predictions where id = $1")
            .bind(id)
            .fetch_one(&mut stack.sql().await)
            .await
            .unwrap();
        let expected = answer(number);
        for (name, stored) in [
            ("prediction", value!(row.get::<i16, _>("prediction"))),
            ("confidence", value!(row.get::<f32, _>("confidence"))),
            ("probabilities", value!(row.get::<Vec<f32>, _>("probabilities"))),
            ("verdict", value!(row.get::<&str, _>("verdict"))),
            ("reason", value!(row.get::<Option<&str>, _>("reason"))),
            ("model", value!(row.get::<&str, _>("model"))),
        ] {
            assert_eq!(stored, expected[name], "{name} of {number}");
            assert_eq!(body[name], expected[name], "{name} of {number}");
        }
        assert_eq!(row.get::<&[u8], _>("bitmap")[0], number as u8);
        assert_eq!(row.get::<&[u8], _>("input"), drawing(number).to_string().as_bytes());
        assert_eq!((row.get("input_kind"), row.get("source")), ("pixels", "api"));
    }
    assert_eq!(stack.rows().await, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_postgresql_rejects_does_not_affect_the_others() {
    const MANY: usize = 40;
    const BAD: usize = 23;
    // PostgreSQL rejects text with a zero byte.
    let stack = stack(MANY, |number| {
        let mut answer = answer(number);
        if number == BAD {
            answer["model"] = "\0".into();
        }
        answer
    })
    .await;
    for (number, (status, body)) in send(&stack, MANY).await {
        let expected = if number == BAD { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK };
        assert_eq!(status, expected, "{number}: {body}");
    }
    assert_eq!(stack.rows().await, 39);
}

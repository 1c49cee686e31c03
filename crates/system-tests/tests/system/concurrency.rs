//! Predictions that come at the same time, which share statements: each gets its own row, and none pays for another.

use crate::stack::{ANY, Service, Stack, empty_database, json};
use axum::{Json, Router, routing::post};
use reqwest::StatusCode;
use serde_json::{Value, json as value};
use sqlx::Row;
use std::{collections::HashMap, sync::Arc};
use tokio::{sync::Barrier, task::JoinSet};
use uuid::Uuid;

/// A drawing whose first pixel tells it from others.
fn drawing(number: usize) -> Value {
    let mut pixels = vec![0.0; 784];
    pixels[0] = f64::from(u32::try_from(number).unwrap()) / 255.0;
    value!({ "pixels": pixels })
}

/// An answer of the model service. No two answers have a value in common, so that a test notices mixed rows.
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

/// A web service whose model answers so many requests, all at the same moment, and otherwise as `answer` says.
async fn stack(together: usize, answer: fn(usize) -> Value) -> Arc<Stack> {
    let barrier = Arc::new(Barrier::new(together));
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

/// Sends the drawings 0, 1, … at once and returns the status and the body that each got.
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
async fn each_of_many_gets_its_own_answer_and_a_row_of_its_own() {
    const MANY: usize = 100;
    let stack = stack(MANY, answer).await;
    for (number, (status, told)) in send(&stack, MANY).await {
        assert_eq!(status, StatusCode::OK, "{told}");
        let id: Uuid = told["id"].as_str().unwrap().parse().unwrap();
        let row = sqlx::query("select * from predictions where id = $1")
            .bind(id)
            .fetch_one(&mut stack.sql().await)
            .await
            .unwrap();
        let expected = answer(number);
        for (name, kept) in [
            ("prediction", value!(row.get::<i16, _>("prediction"))),
            ("confidence", value!(row.get::<f32, _>("confidence"))),
            ("probabilities", value!(row.get::<Vec<f32>, _>("probabilities"))),
            ("verdict", value!(row.get::<&str, _>("verdict"))),
            ("reason", value!(row.get::<Option<&str>, _>("reason"))),
            ("model", value!(row.get::<&str, _>("model"))),
        ] {
            assert_eq!(kept, expected[name], "{name} of {number}");
            assert_eq!(told[name], expected[name], "{name} of {number}");
        }
        assert_eq!(row.get::<&[u8], _>("bitmap")[0], number as u8);
        assert_eq!(row.get::<&[u8], _>("input"), drawing(number).to_string().as_bytes());
        assert_eq!((row.get("input_kind"), row.get("source")), ("pixels", "api"));
    }
    assert_eq!(stack.rows().await, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_the_database_refuses_costs_the_others_nothing() {
    const MANY: usize = 40;
    const BAD: usize = 23;
    // PostgreSQL keeps no text with a zero in it.
    let stack = stack(MANY, |number| {
        let mut answer = answer(number);
        if number == BAD {
            answer["model"] = "\0".into();
        }
        answer
    })
    .await;
    for (number, (status, told)) in send(&stack, MANY).await {
        let expected = if number == BAD { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK };
        assert_eq!(status, expected, "{number}: {told}");
    }
    assert_eq!(stack.rows().await, 39);
}

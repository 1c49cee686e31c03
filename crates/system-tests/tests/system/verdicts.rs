//! Tests that responses, rows and pages have the verdict of the model service, unchanged.

use crate::{
    drawings,
    stack::{Service, Stack, json},
};
use axum::{
    Json, Router,
    routing::{get, post},
};
use digit::Reason;
use digit::{Bitmap, Digit};
use reqwest::StatusCode;
use serde_json::{Value, json as value};
use wire::{Answer, PredictResponse, Verdict};

/// Returns the answer of a stub that rejects every drawing as several digits.
fn several_digits() -> Answer {
    let mut probabilities = [0.05; 10];
    probabilities[7] = 0.55;
    Answer {
        prediction: Digit::try_from(7).unwrap(),
        confidence: 0.55,
        probabilities,
        verdict: Verdict::NotADigit,
        reason: Some(Reason::SeveralDigits),
        model: "stub".to_owned(),
        bitmap: Some(Bitmap::new([9; Bitmap::LEN])),
    }
}

/// Starts the services with that stub in place of the model service.
async fn stack() -> Stack {
    let mut stack = Stack::start().await;
    let address = stack.model.take().unwrap().stop().await;
    let stub =
        Router::new().route("/predict", post(async || Json(several_digits()))).route("/readyz", get(async || "ok\n"));
    stack.model = Some(Service::start(address, |_, _| stub).await);
    stack
}

/// Parses an answer, because the JSON numbers have more digits than the parsed ones.
fn outcome(answer: &Value) -> PredictResponse {
    serde_json::from_value(answer.clone()).unwrap()
}

#[tokio::test]
async fn the_verdict_and_reason_are_returned_stored_and_listed() {
    let stack = stack().await;
    let answer = stack.draw(&drawings::all()[7]).await;
    let id = answer["id"].as_str().unwrap();
    let said = Answer { bitmap: None, ..several_digits() };
    let told = outcome(&answer);
    assert!(told.deletion_token.is_some());
    assert_eq!(
        told,
        PredictResponse { id: id.parse().ok(), answer: said, saved: true, deletion_token: told.deletion_token }
    );

    let row = json(stack.get(&format!("/api/v1/predictions/{id}")).send().await.unwrap(), StatusCode::OK).await;
    for field in ["prediction", "confidence", "probabilities", "verdict", "reason", "model"] {
        assert_eq!(row[field], answer[field], "{field}");
    }
    let page = json(stack.get("/api/v1/predictions").send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(page["predictions"][0], row);

    let label =
        stack.http.put(stack.url(&format!("/api/v1/predictions/{id}/label"))).json(&value!({ "true_label": 7 }));
    let labelled = json(label.send().await.unwrap(), StatusCode::OK).await;
    assert_eq!((&labelled["reason"], &labelled["true_label"]), (&value!("several_digits"), &value!(7)));

    let logged: (String, Option<String>) = sqlx::query_as("select reason, true_label from prediction_logs")
        .fetch_one(&mut stack.sql().await)
        .await
        .unwrap();
    assert_eq!(logged, ("several_digits".to_owned(), Some("7".to_owned())));
}

#[tokio::test]
async fn the_page_shows_the_reason_without_javascript() {
    let stack = stack().await;
    let answer = stack.draw(&drawings::all()[7]).await;
    let path = format!("/?shown={}", answer["id"].as_str().unwrap());
    let page = stack.get(&path).send().await.unwrap().text().await.unwrap();
    for part in [
        "data-verdict=\"not_a_digit\" data-reason=\"several_digits\"",
        "Not a digit</p>",
        "Several digits, it seems. One at a time, please.</span>",
        "Most like the digit <span id=\"nearest\">7</span>.",
        "<button id=\"right\" class=\"good\" name=\"true_label\" data-when=\"recorded\" value=\"not_a_digit\">",
        "<span class=\"quiet\">several digits</span>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[tokio::test]
async fn a_preview_has_the_reason() {
    let stack = stack().await;
    let seven = drawings::all()[7].to_string();
    let request = stack.post("/predict?preview=true&include=bitmap", "application/json", seven);
    let answer = json(request.send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(
        outcome(&answer),
        PredictResponse { id: None, answer: several_digits(), saved: false, deletion_token: None }
    );
}

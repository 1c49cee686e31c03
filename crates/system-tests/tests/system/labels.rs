//! Tests of `PUT /api/v1/predictions/{id}/label`.

use crate::{
    drawings,
    stack::{Stack, json},
};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json as value};
use uuid::Uuid;

async fn label(stack: &Stack, id: &str, body: &Value) -> Response {
    let request = stack.http.put(stack.url(&format!("/api/v1/predictions/{id}/label")));
    request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap()
}

#[tokio::test]
async fn the_last_label_counts_and_earlier_labels_stay_recorded() {
    let stack = Stack::start().await;
    let answer = stack.draw(&drawings::all()[7]).await;
    let id = answer["id"].as_str().unwrap();
    for true_label in [value!(1), value!("not_a_digit"), value!(7)] {
        let row = json(label(&stack, id, &value!({ "true_label": true_label })).await, StatusCode::OK).await;
        assert_eq!((&row["id"], &row["true_label"]), (&answer["id"], &true_label));
    }
    let mut sql = stack.sql().await;
    let all: Vec<String> =
        sqlx::query_scalar("select true_label from labels order by id").fetch_all(&mut sql).await.unwrap();
    assert_eq!(all, ["1", "not_a_digit", "7"]);
    let logged: Vec<(i16, f32, Option<String>)> =
        sqlx::query_as("select prediction, confidence, true_label from prediction_logs")
            .fetch_all(&mut sql)
            .await
            .unwrap();
    assert_eq!(logged.len(), 1, "one line per prediction, however many labels it has");
    assert_eq!((logged[0].0, logged[0].2.as_deref()), (7, Some("7")));
}

#[tokio::test]
async fn the_label_unsure_makes_no_answer_incorrect() {
    let stack = Stack::start().await;
    let answer = stack.draw(&drawings::all()[7]).await;
    let id = answer["id"].as_str().unwrap();
    let row = json(label(&stack, id, &value!({ "true_label": "unsure" })).await, StatusCode::OK).await;
    assert_eq!(row["true_label"], "unsure");
    let page = stack.get(&format!("/?shown={id}")).send().await.unwrap().text().await.unwrap();
    for part in ["data-true-label=\"unsure\"", "<span class=\"truth quiet\">unsure</span>"] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[tokio::test]
async fn labels_can_be_neither_changed_nor_deleted() {
    let stack = Stack::start().await;
    let answer = stack.draw(&drawings::all()[7]).await;
    label(&stack, answer["id"].as_str().unwrap(), &value!({ "true_label": 7 })).await;
    for statement in ["update labels set true_label = '1'", "delete from labels", "truncate labels"] {
        assert!(sqlx::query(statement).execute(&mut stack.sql().await).await.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn invalid_labels_and_labels_of_unknown_predictions_are_rejected() {
    let stack = Stack::start().await;
    let answer = stack.draw(&drawings::all()[7]).await;
    let id = answer["id"].as_str().unwrap();
    for bad in [value!({}), value!({"true_label": 10}), value!({"true_label": null}), value!({"true_label": "7"})] {
        let problem = json(label(&stack, id, &bad).await, StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(problem["code"], "invalid_input", "{bad}");
    }
    for unknown in [Uuid::now_v7().to_string(), Uuid::nil().to_string(), "7".to_owned(), "%00".to_owned()] {
        let problem = json(label(&stack, &unknown, &value!({ "true_label": 7 })).await, StatusCode::NOT_FOUND).await;
        assert_eq!(problem["code"], "not_found", "{unknown}");
    }
}

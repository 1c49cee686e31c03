//! Tests of `DELETE /api/v1/predictions/{id}`: only the client with the deletion token deletes a drawing.

use crate::{
    drawings,
    stack::{Stack, json},
};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json as value};
use uuid::Uuid;

fn delete(stack: &Stack, id: &str, deletion_token: &str) -> RequestBuilder {
    stack.http.delete(stack.url(&format!("/api/v1/predictions/{id}"))).header("deletion-token", deletion_token)
}

fn text<'a>(answer: &'a Value, field: &str) -> &'a str {
    answer[field].as_str().unwrap()
}

#[tokio::test]
async fn the_deletion_token_deletes_the_drawing_its_labels_and_its_counts() {
    let stack = Stack::start().await;
    let (mine, other) = (stack.draw(&drawings::all()[7]).await, stack.draw(&drawings::all()[3]).await);
    for answer in [&mine, &other] {
        let url = stack.url(&format!("/api/v1/predictions/{}/label", text(answer, "id")));
        let body = value!({ "true_label": answer["prediction"] });
        json(stack.http.put(url).json(&body).send().await.unwrap(), StatusCode::OK).await;
    }
    let response = delete(&stack, text(&mine, "id"), text(&mine, "deletion_token")).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NO_CONTENT);

    let path = format!("/api/v1/predictions/{}", text(&mine, "id"));
    for deleted in [path.clone(), format!("{path}/bitmap.png"), format!("{path}/input")] {
        assert_eq!(stack.get(&deleted).send().await.unwrap().status(), StatusCode::NOT_FOUND, "{deleted}");
    }
    let left = json(stack.get("/api/v1/predictions").send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(left["predictions"].as_array().unwrap().len(), 1);
    let quality = json(stack.get("/api/v1/quality").send().await.unwrap(), StatusCode::OK).await;
    assert_eq!((&quality["predictions"], &quality["correct"]["total"]), (&value!(1), &value!(1)));
    let labels: i64 =
        sqlx::query_scalar("select count(*) from labels").fetch_one(&mut stack.sql().await).await.unwrap();
    assert_eq!(labels, 1);
}

#[tokio::test]
async fn a_drawing_is_not_deleted_without_its_deletion_token() {
    let stack = Stack::start().await;
    let (one, other) = (stack.draw(&drawings::all()[7]).await, stack.draw(&drawings::all()[3]).await);
    let id = text(&one, "id");
    let unsigned = stack.http.delete(stack.url(&format!("/api/v1/predictions/{id}")));
    for request in [
        delete(&stack, id, text(&other, "deletion_token")),
        delete(&stack, id, &Uuid::nil().to_string()),
        delete(&stack, id, "mine"),
        delete(&stack, id, ""),
    ] {
        assert_eq!(json(request.send().await.unwrap(), StatusCode::FORBIDDEN).await["code"], "not_yours");
    }
    // `Authorization` does not carry the deletion token.
    for request in [unsigned.try_clone().unwrap(), unsigned.bearer_auth(text(&one, "deletion_token"))] {
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["www-authenticate"], "DeletionToken");
        assert_eq!(json(response, StatusCode::UNAUTHORIZED).await["code"], "unauthenticated");
    }
    let unknown = delete(&stack, &Uuid::now_v7().to_string(), text(&one, "deletion_token"));
    assert_eq!(json(unknown.send().await.unwrap(), StatusCode::NOT_FOUND).await["code"], "not_found");
    assert_eq!(stack.rows().await, 2);
}

#[tokio::test]
async fn the_deletion_token_is_returned_once_and_stored_as_a_hash() {
    let stack = Stack::start().await;
    let answer = stack.draw(&drawings::all()[7]).await;
    let shown = stack.get(&format!("/api/v1/predictions/{}", text(&answer, "id"))).send().await.unwrap();
    assert!(json(shown, StatusCode::OK).await.get("deletion_token").is_none());
    let stored: Vec<u8> = sqlx::query_scalar("select deletion_token_hash from predictions")
        .fetch_one(&mut stack.sql().await)
        .await
        .unwrap();
    assert_eq!(stored.len(), 32);
    let deletion_token: Uuid = text(&answer, "deletion_token").parse().unwrap();
    assert!(!stored.windows(16).any(|bytes| bytes == deletion_token.as_bytes()));
    let preview = stack.post("/predict?preview=true", "application/json", drawings::all()[7].to_string());
    assert!(json(preview.send().await.unwrap(), StatusCode::OK).await.get("deletion_token").is_none());
}

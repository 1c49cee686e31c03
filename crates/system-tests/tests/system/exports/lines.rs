//! Tests of the NDJSON export: all stored data.

use super::{CSV, MNIST, NDJSON, exported, label};
use crate::{
    drawings::{self, Picture},
    stack::{Stack, json},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use digit::Bitmap;
use reqwest::StatusCode;
use serde_json::{Value, json as value};
use wire::Record;

/// Requests a path and returns the body.
async fn body(stack: &Stack, path: &str) -> Vec<u8> {
    let response = stack.get(path).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn each_line_has_the_prediction_bitmap_and_input_that_their_routes_return() {
    let stack = Stack::start().await;
    let eight = &drawings::all()[8];
    let mut ids = vec![stack.draw(eight).await["id"].clone()];
    // This JSON has several lines, which must stay within one line of the export.
    let strokes = serde_json::to_string_pretty(eight).unwrap();
    let pixels = value!({ "pixels": Bitmap::new([200; Bitmap::LEN]) }).to_string();
    for request in [
        stack.post("/predict", "application/json", strokes),
        stack.post("/predict", "application/json", pixels),
        stack.upload("/predict?source=upload", Picture::default().png(&drawings::two_digits())),
    ] {
        ids.push(json(request.send().await.unwrap(), StatusCode::OK).await["id"].clone());
    }
    label(&stack, ids[1].as_str().unwrap(), value!(8)).await;

    let lines = String::from_utf8(exported(&stack, NDJSON).await).unwrap();
    assert!(lines.ends_with('\n'));
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().rev().map(|line| &line["id"]).collect::<Vec<_>>(), ids.iter().collect::<Vec<_>>());
    for mut line in lines {
        let record: Record = serde_json::from_value(line.clone()).unwrap();
        let path = format!("/api/v1/predictions/{}", record.prediction.id);
        assert_eq!(record.bitmap.to_png(), body(&stack, &format!("{path}/bitmap.png")).await);
        assert_eq!(STANDARD.decode(record.input).unwrap(), body(&stack, &format!("{path}/input")).await);
        for field in ["bitmap", "input", "may_train", "deletion_token_hash", "in_random_sample", "labels"] {
            line.as_object_mut().unwrap().remove(field);
        }
        assert_eq!(line, serde_json::from_slice::<Value>(&body(&stack, &path).await).unwrap());
    }
}

#[tokio::test]
async fn a_deleted_drawing_is_in_no_later_export() {
    let stack = Stack::start().await;
    let (removed, other) = (stack.draw(&drawings::all()[7]).await, stack.draw(&drawings::all()[3]).await);
    for answer in [&removed, &other] {
        label(&stack, answer["id"].as_str().unwrap(), answer["prediction"].clone()).await;
    }
    let id = removed["id"].as_str().unwrap();
    let before = String::from_utf8(exported(&stack, NDJSON).await).unwrap();
    assert!(before.contains(id));
    let delete = stack.http.delete(stack.url(&format!("/api/v1/predictions/{id}")));
    let deleted = delete.header("deletion-token", removed["deletion_token"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(deleted.status(), StatusCode::NO_CONTENT);
    for path in [CSV, NDJSON] {
        let after = String::from_utf8(exported(&stack, path).await).unwrap();
        assert!(after.contains(other["id"].as_str().unwrap()) && !after.contains(id), "{path}: {after}");
    }
    assert_eq!(super::idx::read(&exported(&stack, MNIST).await).1, [3]);
}

//! `GET /api/v1/export/…`: what is taken along is what was kept.

mod idx;
mod lines;
mod slots;
mod streaming;
mod table;

use crate::stack::{Stack, json};
use reqwest::StatusCode;
use serde_json::Value;
use wire::{Page, Prediction};

const CSV: &str = "/api/v1/export/predictions.csv";
const NDJSON: &str = "/api/v1/export/predictions.ndjson";
const MNIST: &str = "/api/v1/export/mnist.tar";

/// So many drawings that neither their lines nor their pixels find room between a service and a client that does not read.
const MANY: u32 = 10_000;

/// The body of an export, after a check of its media type and file name.
async fn exported(stack: &Stack, path: &str) -> Vec<u8> {
    let response = stack.get(path).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let (media_type, file) = match path.split('?').next().unwrap() {
        CSV => ("text/csv; charset=utf-8", "digits.csv"),
        NDJSON => ("application/x-ndjson", "digits.ndjson"),
        _ => ("application/x-tar", "digits-mnist.tar"),
    };
    assert_eq!(response.headers()["content-type"], media_type);
    assert_eq!(response.headers()["content-disposition"], format!("attachment; filename=\"{file}\""));
    response.bytes().await.unwrap().to_vec()
}

/// All predictions that the pages tell with these conditions.
async fn told(stack: &Stack, conditions: &str) -> Vec<Prediction> {
    let (mut predictions, mut before) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/predictions?limit=100&{conditions}{before}");
        let page = stack.get(&path).send().await.unwrap().text().await.unwrap();
        let mut page: Page = serde_json::from_str(&page).unwrap();
        predictions.append(&mut page.predictions);
        match page.next {
            Some(next) => before = format!("&before={next}"),
            None => return predictions,
        }
    }
}

/// Says what a drawing really is; `null` takes it back.
async fn label(stack: &Stack, id: &str, true_label: Value) {
    let url = stack.url(&format!("/api/v1/predictions/{id}/label"));
    let request = match true_label {
        Value::Null => stack.http.delete(url),
        true_label => stack.http.put(url).json(&serde_json::json!({ "true_label": true_label })),
    };
    json(request.send().await.unwrap(), StatusCode::OK).await;
}

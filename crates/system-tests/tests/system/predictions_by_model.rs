//! Tests of `GET /api/v1/predictions/{id}/models`: each loaded version predicts as in a separate request.

use crate::{
    drawings::{self, Picture},
    stack::{ANY, Service, Stack, copy_champion, empty_database, json, start_model_from},
};
use axum::{Json, Router, extract::Query, http::StatusCode, response::IntoResponse, routing};
use digit::Reason;
use digit::{Bitmap, Digit};
use reqwest::RequestBuilder;
use service::ApiError;
use std::{collections::HashMap, fs, num::NonZeroUsize};
use tempfile::TempDir;
use wire::{About, Answer, Code, Prediction, PredictionsByModel, Verdict};

/// Makes a folder with three versions of the champion. The older a version, the lower the temperature of its card, and
/// the higher its confidence.
fn models() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (version, trained_at, temperature) in [
        ("middle", "2026-02-01T00:00:00Z", 1.0),
        ("oldest", "2026-01-01T00:00:00Z", 0.5),
        ("newest", "2026-03-01T00:00:00Z", 2.0),
    ] {
        copy_champion(folder.path(), version, |card| {
            card["trained_at"] = trained_at.into();
            card["calibration"]["temperature"] = temperature.into();
        });
    }
    fs::write(folder.path().join("champion"), "middle").unwrap();
    folder
}

/// Starts all services with one loaded version. The web service sends one model request at a time.
async fn start(models: &TempDir) -> Stack {
    let model = start_model_from(ANY.parse().unwrap(), models.path().to_owned()).await;
    let stack = Stack::with_request_limit(model, empty_database().await, NonZeroUsize::MIN).await;
    stack.until_ready().await;
    stack
}

/// Requests that the model service load or unload a version.
async fn repository(stack: &Stack, version: &str, what: &str) {
    let service = stack.model.as_ref().unwrap().address;
    let url = format!("http://{service}/v2/repository/models/{version}/{what}");
    assert_eq!(stack.http.post(url).send().await.unwrap().status(), StatusCode::OK);
}

/// Records a drawing and returns its id.
async fn record(request: RequestBuilder) -> String {
    json(request.send().await.unwrap(), StatusCode::OK).await["id"].as_str().unwrap().to_owned()
}

async fn predictions_by_model(stack: &Stack, id: &str) -> Vec<Answer> {
    let response = stack.get(&format!("/api/v1/predictions/{id}/models")).send().await.unwrap();
    let predictions_by_model: PredictionsByModel =
        serde_json::from_value(json(response, StatusCode::OK).await).unwrap();
    predictions_by_model.predictions
}

fn versions(predictions_by_model: &[Answer]) -> Vec<&str> {
    predictions_by_model.iter().map(|answer| &*answer.model).collect()
}

#[tokio::test]
async fn each_loaded_version_predicts_the_serving_one_first_then_newest_first() {
    let models = models();
    let stack = start(&models).await;
    let png = Picture::default().png(&drawings::all()[4]);
    let id = record(stack.upload("/predict", png.clone())).await;
    assert_eq!(versions(&predictions_by_model(&stack, &id).await), ["middle"]);

    for version in ["oldest", "newest"] {
        repository(&stack, version, "load").await;
    }
    let all = predictions_by_model(&stack, &id).await;
    assert_eq!(versions(&all), ["middle", "newest", "oldest"]);
    assert!(all[1].confidence < all[0].confidence && all[0].confidence < all[2].confidence);
    for said in all {
        let alone = stack.post(&format!("/predict?preview=true&model={}", said.model), "image/png", png.clone());
        let alone = json(alone.send().await.unwrap(), StatusCode::OK).await;
        assert_eq!(said, serde_json::from_value(alone).unwrap());
    }
    repository(&stack, "newest", "unload").await;
    assert_eq!(versions(&predictions_by_model(&stack, &id).await), ["middle", "oldest"]);
    assert_eq!(stack.rows().await, 1, "these predictions are not stored");
}

#[tokio::test]
async fn versions_predict_from_the_stored_input_in_every_format() {
    let models = models();
    let stack = start(&models).await;
    repository(&stack, "oldest", "load").await;
    let pixels = serde_json::json!({ "pixels": Bitmap::new([255; Bitmap::LEN]) }).to_string();
    let picture = Picture::default().png(&drawings::all()[5]);
    for (media_type, sent) in [("application/json", pixels.into_bytes()), ("image/png", picture)] {
        let id = record(stack.post("/predict", media_type, sent)).await;
        let stored = json(stack.get(&format!("/api/v1/predictions/{id}")).send().await.unwrap(), StatusCode::OK).await;
        let stored: Prediction = serde_json::from_value(stored).unwrap();
        let said = predictions_by_model(&stack, &id).await.remove(0).probabilities;
        assert_eq!(said.map(f32::to_bits), stored.probabilities.map(f32::to_bits));
    }
    // Only the strokes show that the drawing is too small: its bitmap has a large dot.
    let dot = record(stack.post("/predict", "application/json", drawings::dot().to_string())).await;
    let reasons: Vec<_> = predictions_by_model(&stack, &dot).await.into_iter().map(|answer| answer.reason).collect();
    assert_eq!(reasons, [Some(Reason::TooSmall); 2]);
}

/// Starts a stub that lists a version as loaded, but has unloaded it when a request names it.
async fn start_stub() -> Service {
    let about = || {
        let loaded = ["stays", "goes"].map(str::to_owned).to_vec();
        Json(About { name: String::new(), version: String::new(), model: loaded[0].clone(), loaded, links: [].into() })
    };
    let predict = |Query(options): Query<HashMap<String, String>>| match options.get("model").map(|version| &**version)
    {
        Some("goes") => ApiError::new(Code::UnknownModel, "It is gone.").into_response(),
        _ => Json(Answer {
            prediction: Digit::try_from(7).unwrap(),
            confidence: 1.0,
            probabilities: [0.0; 10],
            verdict: Verdict::Digit,
            reason: None,
            model: "stays".to_owned(),
            bitmap: Some(Bitmap::new([7; Bitmap::LEN])),
        })
        .into_response(),
    };
    let routes = Router::new()
        .route("/", routing::get(async move || about()))
        .route("/readyz", routing::get(async || ()))
        .route("/predict", routing::post(async move |options| predict(options)));
    Service::start(ANY.parse().unwrap(), |_, _| routes).await
}

#[tokio::test]
async fn a_version_that_is_unloaded_meanwhile_is_omitted() {
    let stack = Stack::of(start_stub().await, empty_database().await).await;
    stack.until_ready().await;
    let id = record(stack.post("/predict", "application/json", drawings::all()[7].to_string())).await;
    assert_eq!(versions(&predictions_by_model(&stack, &id).await), ["stays"]);
}

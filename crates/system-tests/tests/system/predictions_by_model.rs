//! `GET /api/v1/predictions/{id}/models`: each version that is loaded is asked, and says what it says when it is asked alone.

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

/// The champion three times: the older a version the surer, by its card's temperature.
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

/// All services, with one version loaded, and a model service that is asked about one drawing at a time.
async fn start(models: &TempDir) -> Stack {
    let model = start_model_from(ANY.parse().unwrap(), models.path().to_owned()).await;
    let stack = Stack::asking(model, empty_database().await, NonZeroUsize::MIN).await;
    stack.until_ready().await;
    stack
}

/// Has the model service load or unload a version.
async fn repository(stack: &Stack, version: &str, what: &str) {
    let service = stack.model.as_ref().unwrap().address;
    let url = format!("http://{service}/v2/repository/models/{version}/{what}");
    assert_eq!(stack.http.post(url).send().await.unwrap().status(), StatusCode::OK);
}

/// The id under which a drawing is kept.
async fn kept(request: RequestBuilder) -> String {
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
    let id = kept(stack.upload("/predict", png.clone())).await;
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
    assert_eq!(stack.rows().await, 1, "a reading is not kept");
}

#[tokio::test]
async fn versions_predict_from_the_stored_input_in_every_format() {
    let models = models();
    let stack = start(&models).await;
    repository(&stack, "oldest", "load").await;
    let pixels = serde_json::json!({ "pixels": Bitmap::new([255; Bitmap::LEN]) }).to_string();
    let picture = Picture::default().png(&drawings::all()[5]);
    for (media_type, sent) in [("application/json", pixels.into_bytes()), ("image/png", picture)] {
        let id = kept(stack.post("/predict", media_type, sent)).await;
        let kept = json(stack.get(&format!("/api/v1/predictions/{id}")).send().await.unwrap(), StatusCode::OK).await;
        let kept: Prediction = serde_json::from_value(kept).unwrap();
        let said = predictions_by_model(&stack, &id).await.remove(0).probabilities;
        assert_eq!(said.map(f32::to_bits), kept.probabilities.map(f32::to_bits));
    }
    // Only strokes tell that there is too little ink: in its bitmap, a dot is large.
    let dot = kept(stack.post("/predict", "application/json", drawings::dot().to_string())).await;
    let reasons: Vec<_> = predictions_by_model(&stack, &dot).await.into_iter().map(|answer| answer.reason).collect();
    assert_eq!(reasons, [Some(Reason::TooSmall); 2]);
}

/// A model service that unloads a version as soon as it has told that it is loaded.
async fn forgetful() -> Service {
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
    let stack = Stack::of(forgetful().await, empty_database().await).await;
    stack.until_ready().await;
    let id = kept(stack.post("/predict", "application/json", drawings::all()[7].to_string())).await;
    assert_eq!(versions(&predictions_by_model(&stack, &id).await), ["stays"]);
}

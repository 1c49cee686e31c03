//! `POST /explain` and `GET /api/v1/predictions/{id}/attribution`: the attribution of an answer to the pixels.

use crate::{
    drawings::{self, Picture},
    stack::{Stack, json},
};
use digit::{Bitmap, SIDE};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::json as value;
use wire::Explanation;

/// Sends a request for an explanation, and checks its attribution.
async fn explain(request: RequestBuilder) -> Explanation {
    let body = json(request.send().await.unwrap(), StatusCode::OK).await;
    let explanation: Explanation = serde_json::from_value(body).unwrap();
    assert_eq!(explanation.attribution.len(), Bitmap::LEN);
    assert!(explanation.attribution.iter().all(|attribution| attribution.is_finite()));
    explanation
}

/// The bitmap without the foreground in the window of 8×8 pixels around a pixel.
fn without_window(bitmap: &Bitmap, pixel: usize) -> Bitmap {
    let near = |one: usize, other: usize| (one + 4).checked_sub(other).is_some_and(|distance| distance < 8);
    let is_removed = |index: usize| near(index / SIDE, pixel / SIDE) && near(index % SIDE, pixel % SIDE);
    Bitmap::new(std::array::from_fn(|index| if is_removed(index) { 0 } else { bitmap.levels()[index] }))
}

#[tokio::test]
async fn removing_the_pixels_of_the_highest_attribution_lowers_the_probability() {
    let stack = Stack::start().await;
    for (digit, drawing) in drawings::all().iter().enumerate() {
        let Explanation { answer, attribution } =
            explain(stack.post("/explain", "application/json", drawing.to_string())).await;
        assert_eq!(usize::from(answer.prediction.value()), digit);
        let bitmap = answer.bitmap.unwrap();
        let highest = (0..Bitmap::LEN).max_by(|&one, &other| attribution[one].total_cmp(&attribution[other])).unwrap();
        assert!(attribution[highest] > 1.0 && bitmap.levels()[highest] > 0, "{digit}: {}", attribution[highest]);
        let (foreground, background): (Vec<_>, Vec<_>) =
            (0..Bitmap::LEN).partition(|&index| bitmap.levels()[index] > 0);
        assert!(background.iter().all(|&index| attribution[index] == 0.0));

        let lowest =
            foreground.into_iter().min_by(|&one, &other| attribution[one].total_cmp(&attribution[other])).unwrap();
        let probability_without = async |pixel: usize| {
            let pixels = value!({ "pixels": without_window(&bitmap, pixel) }).to_string();
            let request = stack.post("/predict?preview=true", "application/json", pixels);
            let body = json(request.send().await.unwrap(), StatusCode::OK).await;
            body["probabilities"][digit].as_f64().unwrap()
        };
        let (without_highest, without_lowest) = (probability_without(highest).await, probability_without(lowest).await);
        assert!(without_highest < without_lowest, "{digit}: {without_highest} {without_lowest}");
        assert!(without_highest < f64::from(answer.confidence), "{digit}: {without_highest}");
    }
    assert_eq!(stack.rows().await, 0, "an explanation is not recorded");
}

#[tokio::test]
async fn strokes_pixels_and_id_of_a_drawing_have_the_same_explanation() {
    let stack = Stack::start().await;
    for drawing in drawings::all() {
        let body = drawing.to_string();
        let drawn = stack.draw(&drawing).await;
        let explanation = explain(stack.post("/explain", "application/json", body)).await;
        assert_eq!(value!(explanation.answer.prediction), drawn["prediction"]);
        assert_eq!(value!(explanation.answer.model), drawn["model"]);
        let pixels = value!({ "pixels": explanation.answer.bitmap }).to_string();
        assert_eq!(explain(stack.post("/explain", "application/json", pixels)).await, explanation);
        let by_id = format!("/api/v1/predictions/{}/attribution", drawn["id"].as_str().unwrap());
        assert_eq!(explain(stack.get(&by_id)).await, explanation);
        assert_eq!(explain(stack.get(&by_id).query(&[("model", &explanation.answer.model)])).await, explanation);
    }
    let png = Picture::default().png(&drawings::all()[8]);
    assert_eq!(explain(stack.upload("/explain", png)).await.answer.prediction.value(), 8);
}

#[tokio::test]
async fn predict_and_explain_reject_a_request_with_the_same_problem() {
    let stack = Stack::start().await;
    let (eight, blank) = (drawings::all()[8].to_string(), value!({ "pixels": vec![0; 784] }).to_string());
    for (media_type, body, query) in [
        ("application/json", blank, ""),
        ("application/json", "{}".to_owned(), ""),
        ("image/png", "no picture".to_owned(), ""),
        ("text/plain", eight.clone(), ""),
        ("application/json", eight, "?model=another"),
    ] {
        let mut answers = Vec::new();
        for path in ["/predict", "/explain"] {
            let response = stack.post(&format!("{path}{query}"), media_type, body.clone()).send().await.unwrap();
            let status = response.status();
            assert!(status.is_client_error(), "{path} {media_type}: {status}");
            answers.push(json(response, status).await);
        }
        assert_eq!(answers[0], answers[1]);
    }
}

//! `GET /api/v1/predictions`: the recorded predictions, page by page.

use crate::{
    drawings,
    stack::{Stack, json},
};
use reqwest::StatusCode;
use serde_json::Value;

#[tokio::test]
async fn pages_list_every_prediction_once_newest_first() {
    let stack = Stack::start().await;
    let mut drawn = Vec::new();
    for drawing in drawings::all().iter().take(7) {
        drawn.push(stack.draw(drawing).await["id"].clone());
    }
    drawn.reverse();

    let (mut listed, mut before) = (Vec::<Value>::new(), String::new());
    for expected in [3, 3, 1] {
        let page =
            json(stack.get(&format!("/api/v1/predictions?limit=3{before}")).send().await.unwrap(), StatusCode::OK)
                .await;
        let predictions = page["predictions"].as_array().unwrap();
        assert_eq!(predictions.len(), expected);
        listed.extend(predictions.iter().map(|row| row["id"].clone()));
        before = page["next"].as_str().map_or_else(String::new, |id| format!("&before={id}"));
    }
    assert_eq!((listed, before.as_str()), (drawn, ""));
}

#[tokio::test]
async fn the_first_page_may_be_empty_and_an_invalid_query_is_an_error() {
    let stack = Stack::start().await;
    let page = json(stack.get("/api/v1/predictions").send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(page, serde_json::json!({ "predictions": [], "next": null }));
    for query in ["limit=0", "limit=101", "limit=-1", "limit=x", "limit=999999", "before=x", "before="] {
        let problem =
            json(stack.get(&format!("/api/v1/predictions?{query}")).send().await.unwrap(), StatusCode::BAD_REQUEST)
                .await;
        assert_eq!(problem["code"], "invalid_query", "{query}");
    }
}

#[tokio::test]
async fn the_bitmap_of_a_prediction_is_a_picture() {
    let stack = Stack::start().await;
    let answer = stack.draw(&drawings::all()[4]).await;
    let path = format!("/api/v1/predictions/{}/bitmap.png", answer["id"].as_str().unwrap());
    let response = stack.get(&path).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "image/png");
    let picture = image::load_from_memory(&response.bytes().await.unwrap()).unwrap();
    assert_eq!((picture.width(), picture.height(), picture.color()), (28, 28, image::ColorType::La8));
}

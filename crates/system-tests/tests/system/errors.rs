//! Invalid inputs: the services reject them with a problem that says why, and never fail.

use crate::{
    drawings::{self, Picture, encode},
    random,
    stack::{Stack, json},
};
use image::{DynamicImage, ImageFormat, RgbImage};
use reqwest::{RequestBuilder, StatusCode, multipart};
use serde_json::Value;
use uuid::Uuid;

/// A PNG of one colour, whose header can say any size.
fn png_of_size(width: u32, height: u32) -> Vec<u8> {
    encode(&RgbImage::from_pixel(width, height, image::Rgb([250, 250, 250])).into(), ImageFormat::Png)
}

async fn refused(request: RequestBuilder, status: u16, code: &str) -> Value {
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/problem+json", "{code}");
    let problem = json(response, StatusCode::from_u16(status).unwrap()).await;
    assert_eq!((&problem["code"], &problem["status"]), (&Value::from(code), &Value::from(status)), "{problem}");
    assert!(problem["detail"].as_str().unwrap().len() > 10 && problem["title"].is_string(), "{problem}");
    problem
}

#[tokio::test]
async fn a_body_that_shows_no_digit_is_refused_with_the_reason() {
    let stack = Stack::start().await;
    let png = Picture::default().png(&drawings::all()[8]);
    let mut bomb = png_of_size(1, 1);
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]); // 30,000 × 30,000, says the header
    let clear = encode(&DynamicImage::new_rgba8(50, 50), ImageFormat::Png);

    let image = |bytes: Vec<u8>| stack.post("/predict", "image/png", bytes);
    refused(image(png_of_size(280, 280)), 422, "blank_image").await;
    refused(image(png_of_size(1, 1)), 422, "blank_image").await;
    refused(image(clear), 422, "blank_image").await;
    refused(image(Vec::new()), 422, "not_an_image").await;
    refused(image(b"GIF87".to_vec()), 422, "not_an_image").await;
    refused(image(png[..png.len() / 2].to_vec()), 422, "corrupt_image").await;
    refused(image(png[..20].to_vec()), 422, "corrupt_image").await;
    let drawn = Picture::default().of(&drawings::all()[8]);
    for format in [ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif] {
        let whole = encode(&DynamicImage::from(drawn.clone()).to_rgb8().into(), format);
        for share in [2, 3, 5] {
            refused(image(whole[..whole.len() * (share - 1) / share].to_vec()), 422, "corrupt_image").await;
        }
    }
    refused(image(b"%PDF-1.7 not a picture".to_vec()), 422, "not_an_image").await;
    refused(image(vec![0; 5_000_001]), 413, "payload_too_large").await;
    refused(image(png_of_size(5001, 5000)), 413, "image_too_large").await;

    let response = image(bomb).send().await.unwrap();
    assert!(matches!(response.status().as_u16(), 413 | 422), "a header that lies about its size");

    let form = |form| stack.http.post(stack.url("/predict")).multipart(form);
    refused(stack.upload("/predict", b"hello".to_vec()), 422, "not_an_image").await;
    refused(stack.upload("/predict", Vec::new()), 400, "invalid_form").await;
    refused(stack.upload("/predict", vec![0; 6 << 20]), 413, "payload_too_large").await;
    refused(form(multipart::Form::new().text("image", "x")), 400, "invalid_form").await;
    refused(stack.post("/predict", "multipart/form-data; boundary=x", "--x\r\nbroken"), 400, "invalid_form").await;
    refused(stack.post("/predict", "multipart/form-data", "x"), 400, "invalid_form").await;

    for media_type in ["text/plain", "application/x-www-form-urlencoded", "image/svg+xml", "image/tiff", ""] {
        refused(stack.post("/predict", media_type, png.clone()), 415, "unsupported_media_type").await;
    }
    refused(stack.http.post(stack.url("/predict")), 415, "unsupported_media_type").await;
    assert_eq!(stack.rows().await, 0);
}

#[tokio::test]
async fn json_that_is_no_drawing_is_refused_with_the_reason() {
    let stack = Stack::start().await;
    let json = |body: &str| stack.post("/predict", "application/json", body.to_owned());
    let deep = "[".repeat(100_000);
    for body in ["", "{", "strokes", "{\"strokes\":[[[1,1e999]]]}"] {
        refused(json(body), 400, "invalid_json").await;
    }
    for body in [
        &deep,
        "null",
        "[]",
        "\"strokes\"",
        "{\"strokes\":7}",
        "{\"strokes\":[[[1]]]}",
        "{}",
        "{\"pixels\":[]}",
        "{\"pixels\":[0.5],\"strokes\":[]}",
        "{\"strokes\":[],\"width\":-1}",
        "{\"strokes\":[[[1e30,0]]]}",
    ] {
        refused(json(body), 422, "invalid_input").await;
    }
    let pixels = |pixel: &str| format!("{{\"pixels\":[{pixel}{}]}}", ",0".repeat(783));
    refused(json(&pixels("1.01")), 422, "invalid_input").await;
    refused(json(&pixels("-0.01")), 422, "invalid_input").await;
    refused(json(&pixels("0")), 422, "blank_image").await;
    for body in ["{\"strokes\":[]}", "{\"strokes\":[[],[]],\"width\":280,\"height\":280}"] {
        refused(json(body), 422, "blank_image").await;
    }
    let long = format!("{{\"strokes\":[[{}[1,1]]]}}", "[1,2],".repeat(10_000));
    refused(json(&long), 422, "invalid_input").await;
    let empty = format!("{{\"strokes\":[{}[]]}}", "[],".repeat(10_000));
    refused(json(&empty), 422, "invalid_input").await;
    let many = format!("{{\"pixels\":[{}0]}}", "0,".repeat(100_000));
    refused(json(&many), 422, "invalid_input").await;
    assert_eq!(stack.rows().await, 0);
}

#[tokio::test]
async fn addresses_methods_and_queries_that_are_wrong_are_refused() {
    let stack = Stack::start().await;
    let eight = drawings::all()[8].to_string();
    refused(stack.get("/nowhere"), 404, "not_found").await;
    refused(stack.get("/static/../Cargo.toml"), 404, "not_found").await;
    refused(stack.get("/static/%2e%2e/%2e%2e/Cargo.toml"), 404, "not_found").await;
    refused(stack.get(&format!("/api/v1/predictions/{}", Uuid::now_v7())), 404, "not_found").await;
    refused(stack.get("/api/v1/predictions/8"), 404, "not_found").await;
    refused(stack.get(&format!("/api/v1/predictions/{}/bitmap.png", Uuid::nil())), 404, "not_found").await;
    refused(stack.get("/predict"), 405, "method_not_allowed").await;
    refused(stack.http.delete(stack.url("/api/v1/predictions")), 405, "method_not_allowed").await;
    refused(stack.get("/static/0123456789abcdef/%FF"), 404, "not_found").await;
    let label =
        stack.http.put(stack.url(&format!("/api/v1/predictions/{}/label", Uuid::nil()))).body("{\"true_label\":7}");
    refused(label, 415, "unsupported_media_type").await;
    for query in ["preview=maybe", "source=moon", "include=colour"] {
        refused(stack.post(&format!("/predict?{query}"), "application/json", eight.clone()), 400, "invalid_query")
            .await;
    }
}

#[tokio::test]
async fn damaged_images_never_make_a_service_fail() {
    let stack = Stack::start().await;
    let drawing = &drawings::all()[5];
    let small = Picture { scale: 0.2, ..Picture::default() };
    let image = DynamicImage::from(small.of(drawing));
    let originals = [
        encode(&image, ImageFormat::Png),
        encode(&image.to_rgb8().into(), ImageFormat::Jpeg),
        encode(&image, ImageFormat::WebP),
        encode(&image, ImageFormat::Gif),
    ];
    let mut random = random::numbers();
    for round in 0..400 {
        let mut bytes = originals[round % originals.len()].clone();
        for _ in 0..=random(6) {
            let place = random(bytes.len());
            bytes[place] = random(256) as u8;
        }
        if random(4) == 0 {
            bytes.truncate(1 + random(bytes.len()));
        }
        let response = stack.upload("/predict?preview=true", bytes).send().await.unwrap();
        assert!(response.status().as_u16() < 500, "round {round}: {}", response.text().await.unwrap());
    }
}

#[tokio::test]
async fn what_no_database_and_no_calendar_can_hold_is_refused() {
    let stack = Stack::start().await;
    for path in ["/api/v1/predictions", "/api/v1/export/predictions.csv", "/api/v1/quality", "/api/v1/calibration"] {
        refused(stack.get(&format!("{path}?confidence=0.5&model=a%00b")), 400, "invalid_query").await;
    }
    for query in ["since=9999-12-31T23:59:59-01:00", "until=9999-12-31T23:59:59-01:00"] {
        refused(stack.get(&format!("/api/v1/predictions?{query}")), 400, "invalid_query").await;
    }
    for path in ["/history?model=%00", "/quality?model=%00", "/history?since=9999-12-31T23:59:59-01:00"] {
        assert_eq!(stack.get(path).send().await.unwrap().status(), StatusCode::BAD_REQUEST, "{path}");
    }
}

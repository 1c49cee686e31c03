//! Tests of `POST /predict`: the api recognises and stores drawings in every format.

use crate::{
    drawings::{self, Picture, encode},
    stack::{Stack, json},
};
use image::{DynamicImage, ImageFormat};
use reqwest::StatusCode;
use serde_json::{Value, json as value};
use sqlx::Row;
use wire::{Answer, COMPACT_ANSWER_MEDIA_TYPE};

#[tokio::test]
async fn an_eight_is_recognised_and_recorded_in_every_request_format() {
    let stack = Stack::start().await;
    let eight = &drawings::all()[8];
    let png = Picture::default().png(eight);
    let explained =
        json(stack.upload("/predict?preview=true&include=bitmap", png.clone()).send().await.unwrap(), StatusCode::OK)
            .await;
    let pixels = value!({ "pixels": explained["bitmap"] }).to_string();

    for (request, kind) in [
        (stack.upload("/predict", png.clone()), "png"),
        (stack.post("/predict", "image/png", png.clone()), "png"),
        (stack.post("/predict/", "application/json; charset=utf-8", eight.to_string()), "strokes"),
        (stack.post("/predict?source=canvas", "application/json", pixels), "pixels"),
    ] {
        let answer = json(request.send().await.unwrap(), StatusCode::OK).await;
        assert_eq!(
            (&answer["prediction"], &answer["verdict"], &answer["saved"]),
            (&value!(8), &value!("digit"), &value!(true))
        );
        let sum: f64 = answer["probabilities"].as_array().unwrap().iter().filter_map(Value::as_f64).sum();
        assert!((sum - 1.0).abs() < 1e-4 && answer["confidence"] == answer["probabilities"][8], "{answer}");

        let row = json(
            stack.get(&format!("/api/v1/predictions/{}", answer["id"].as_str().unwrap())).send().await.unwrap(),
            StatusCode::OK,
        )
        .await;
        assert_eq!((&row["prediction"], &row["input_kind"]), (&value!(8), &value!(kind)));
        assert_eq!((&row["model"], &row["confidence"]), (&answer["model"], &answer["confidence"]));
        assert!(row["true_label"].is_null() && row.as_object().unwrap().contains_key("true_label"));
    }
    let sources: Vec<String> = sqlx::query_scalar("select source from predictions order by id")
        .fetch_all(&mut stack.sql().await)
        .await
        .unwrap();
    assert_eq!(sources, ["api", "api", "api", "canvas"]);
}

#[tokio::test]
async fn the_model_service_sends_the_same_answer_as_json_and_in_the_compact_form() {
    let stack = Stack::start().await;
    let model = format!("http://{}/predict", stack.model.as_ref().unwrap().address);
    let ask = async |query: &str, accept: &str| {
        let request = stack.http.post(format!("{model}{query}")).body(drawings::all()[8].to_string());
        let request = request.header("content-type", "application/json").header("accept", accept);
        let response = request.send().await.unwrap();
        (response.headers()["content-type"].to_str().unwrap().to_owned(), response.bytes().await.unwrap())
    };
    let (media_type, json) = ask("?include=bitmap", "*/*").await;
    assert_eq!(media_type, "application/json");
    let mut answer: Answer = serde_json::from_slice(&json).unwrap();
    let (media_type, compact) = ask("?include=bitmap", COMPACT_ANSWER_MEDIA_TYPE).await;
    assert_eq!(media_type, COMPACT_ANSWER_MEDIA_TYPE);
    let bitmap = answer.bitmap.take().unwrap();
    assert_eq!(Answer::from_compact(&compact).unwrap(), (answer, bitmap));
    assert_eq!(ask("", COMPACT_ANSWER_MEDIA_TYPE).await.0, "application/json", "without a bitmap");
}

#[tokio::test]
async fn the_input_is_stored_unchanged_with_its_bitmap() {
    let stack = Stack::start().await;
    let body = r#"{"width":280,"strokes":[[[60,60,0,0.5],[60.5,200,17,0.75]]],"height":280}"#;
    let answer =
        json(stack.post("/predict?include=bitmap", "application/json", body).send().await.unwrap(), StatusCode::OK)
            .await;
    let row = sqlx::query("select input, bitmap, octet_length(bitmap) as size from predictions")
        .fetch_one(&mut stack.sql().await)
        .await
        .unwrap();
    assert_eq!((row.get::<Vec<u8>, _>("input").as_slice(), row.get::<i32, _>("size")), (body.as_bytes(), 784));
    let seen: Vec<u8> = answer["bitmap"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pixel| (pixel.as_f64().unwrap() * 255.0).round() as u8)
        .collect();
    assert_eq!(row.get::<Vec<u8>, _>("bitmap"), seen);
}

#[tokio::test]
async fn a_client_chooses_a_version_of_the_model() {
    let stack = Stack::start().await;
    let champion = stack.draw(&drawings::all()[8]).await["model"].as_str().unwrap().to_owned();
    for (version, status, code) in [
        (champion.as_str(), StatusCode::OK, Value::Null),
        ("another", StatusCode::NOT_FOUND, value!("unknown_model")),
        ("a&preview=true", StatusCode::BAD_REQUEST, value!("invalid_query")),
    ] {
        let request = stack.post("/predict", "application/json", drawings::all()[8].to_string());
        let answer = json(request.query(&[("model", version)]).send().await.unwrap(), status).await;
        assert_eq!(answer["code"], code, "{version}: {answer}");
    }
    assert_eq!(stack.rows().await, 2);
}

#[tokio::test]
async fn a_preview_answers_and_stores_nothing() {
    let stack = Stack::start().await;
    let eight = drawings::all()[8].to_string();
    let answer =
        json(stack.post("/predict?preview=true", "application/json", eight).send().await.unwrap(), StatusCode::OK)
            .await;
    assert_eq!((&answer["prediction"], &answer["saved"]), (&value!(8), &value!(false)));
    assert!(answer.get("id").is_none() && answer.get("bitmap").is_none(), "{answer}");
    assert_eq!(stack.rows().await, 0);
}

#[tokio::test]
async fn ten_drawings_are_recognised_in_any_colour_size_position_and_format() {
    let stack = Stack::start().await;
    let picture = Picture::default;
    let pictures = [
        ("black on white", picture()),
        ("white on black", Picture { background: [0, 0, 0, 255], pen: [255; 4], ..picture() }),
        ("blue on black", Picture { background: [0, 0, 0, 255], pen: [40, 40, 255, 255], ..picture() }),
        ("black on transparent", Picture { background: [0; 4], ..picture() }),
        ("white on transparent", Picture { background: [0; 4], pen: [255; 4], ..picture() }),
        ("grey on grey", Picture { background: [200, 200, 190, 255], pen: [90, 90, 100, 255], ..picture() }),
        ("small, bottom right", Picture { scale: 0.25, margin: (400, 300), ..picture() }),
        ("large", Picture { scale: 4.0, ..picture() }),
        ("thick", Picture { radius: 14.0, ..picture() }),
    ];
    for (digit, drawing) in drawings::all().iter().enumerate() {
        let answer = stack.draw(drawing).await;
        assert_eq!(answer["prediction"], digit, "strokes of {digit}: {answer}");
        for (name, picture) in &pictures {
            let answer =
                json(stack.upload("/predict?preview=true", picture.png(drawing)).send().await.unwrap(), StatusCode::OK)
                    .await;
            assert_eq!(answer["prediction"], digit, "{digit} {name}: {answer}");
        }
        let image: DynamicImage = picture().of(drawing).into();
        for (format, media_type) in
            [(ImageFormat::Jpeg, "image/jpeg"), (ImageFormat::WebP, "image/webp"), (ImageFormat::Gif, "image/gif")]
        {
            let image = if format == ImageFormat::Jpeg { image.to_rgb8().into() } else { image.clone() };
            let request = stack.post("/predict?preview=true", media_type, encode(&image, format));
            let answer = json(request.send().await.unwrap(), StatusCode::OK).await;
            assert_eq!(answer["prediction"], digit, "{digit} as {media_type}: {answer}");
        }
    }
}

#[tokio::test]
async fn the_model_service_answers_without_the_web_service_and_describes_itself() {
    let stack = Stack::start().await;
    let model = format!("http://{}", stack.model.as_ref().unwrap().address);
    let about = json(stack.http.get(&model).send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(about["links"]["predict"], "/predict");
    for probe in ["/livez", "/readyz"] {
        assert_eq!(stack.http.get(format!("{model}{probe}")).send().await.unwrap().status(), StatusCode::OK);
    }

    let request = stack.http.post(format!("{model}/predict")).header("content-type", "application/json");
    let answer = json(request.body(drawings::all()[3].to_string()).send().await.unwrap(), StatusCode::OK).await;
    assert_eq!((&answer["prediction"], &answer["model"]), (&value!(3), &about["model"]));
    assert!(answer.get("id").is_none() && answer.get("saved").is_none(), "{answer}");
}

//! The api removes a photo's metadata (place, device) before it stores or forwards the photo, and `strip-metadata`
//! removes the metadata of stored photos.

use crate::{
    drawings::{self, Picture, encode},
    stack::{ANY, Service, Stack, empty_database, json},
};
use api::{StripProgress, strip_metadata};
use axum::{body::Bytes, http::StatusCode as Status};
use digit::preprocessing;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, metadata::Orientation};
use reqwest::StatusCode;
use sqlx::{PgConnection, postgres::PgConnectOptions};
use std::{
    io::Cursor,
    ops::ControlFlow,
    sync::{Arc, Mutex},
};
use uuid::Uuid;

/// The metadata of the photo. No stored or forwarded image may hold it.
const PLACE: &[u8] = b"52.5163 N 13.3777 E";
const DEVICE: &[u8] = b"Mary's camera";

fn segment(marker: u8, payload: &[&[u8]]) -> Vec<u8> {
    let payload = payload.concat();
    let length = u16::try_from(payload.len() + 2).unwrap();
    [&[0xff, marker][..], &length.to_be_bytes(), &payload].concat()
}

/// Returns a photo of an eight like a phone's: rotated, with EXIF (orientation 6, device, location), XMP, a comment,
/// and a video after its end.
fn photo() -> Vec<u8> {
    let upright = DynamicImage::from(Picture::default().of(&drawings::all()[8])).to_rgb8();
    let jpeg = encode(&DynamicImage::from(upright).rotate270(), ImageFormat::Jpeg);
    let entry = |tag: u16, kind: u16, count: usize, value: u32| {
        let count = u32::try_from(count).unwrap();
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value.to_be_bytes()].concat()
    };
    let exif = [
        b"Exif\0\0MM\0*\0\0\0\x08\0\x03",
        &entry(0x010f, 2, DEVICE.len(), 68)[..],
        &entry(0x0112, 3, 1, 6 << 16),
        &entry(0x8825, 4, 1, 50),
        b"\0\0\0\0\0\x01",
        &entry(0x001d, 2, PLACE.len(), 81),
        b"\0\0\0\0",
        DEVICE,
        PLACE,
    ]
    .concat();
    [
        &jpeg[..2],
        &segment(0xe1, &[&exif]),
        &segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", PLACE]),
        &segment(0xfe, &[DEVICE]),
        &jpeg[2..],
        b"\0\0\0\x18ftypmp42",
        PLACE,
    ]
    .concat()
}

fn has_metadata(bytes: &[u8]) -> bool {
    [PLACE, DEVICE].iter().any(|secret| bytes.windows(secret.len()).any(|window| window == *secret))
}

fn orientation(bytes: &[u8]) -> Orientation {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap();
    reader.into_decoder().unwrap().orientation().unwrap()
}

#[tokio::test]
async fn a_photo_is_stored_without_location_and_device_and_gets_the_same_answer() {
    let stack = Stack::start().await;
    let photo = photo();
    assert!(has_metadata(&photo));
    let request = stack.http.post(format!("http://{}/predict", stack.model.as_ref().unwrap().address));
    let request = request.header("content-type", "image/jpeg").body(photo.clone());
    let expected = json(request.send().await.unwrap(), StatusCode::OK).await;
    assert_eq!((&expected["prediction"], &expected["verdict"]), (&8.into(), &"digit".into()));

    for request in [stack.post("/predict", "image/jpeg", photo.clone()), stack.upload("/predict", photo.clone())] {
        let answer = json(request.send().await.unwrap(), StatusCode::OK).await;
        assert_eq!(answer["probabilities"], expected["probabilities"]);
        let path = format!("/api/v1/predictions/{}/input", answer["id"].as_str().unwrap());
        let stored = stack.get(&path).send().await.unwrap().bytes().await.unwrap();
        assert!(!has_metadata(&stored));
        assert_eq!(orientation(&stored), Orientation::Rotate90);
        assert_eq!(preprocessing::from_image(&stored), preprocessing::from_image(&photo));
    }
    let form = stack.upload("/upload", photo).send().await.unwrap();
    assert_eq!(form.status(), StatusCode::SEE_OTHER);
    let stored: Vec<Vec<u8>> =
        sqlx::query_scalar("select input from predictions").fetch_all(&mut stack.sql().await).await.unwrap();
    assert!(stored.len() == 3 && !stored.iter().any(|input| has_metadata(input)));
}

#[tokio::test]
async fn the_model_service_receives_images_without_metadata() {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let received = sent.clone();
    let model = Service::start(ANY.parse().unwrap(), move |_, _| {
        axum::Router::new().fallback(async move |body: Bytes| {
            received.lock().unwrap().push(body);
            Status::SERVICE_UNAVAILABLE
        })
    });
    let stack = Stack::of(model.await, empty_database().await).await;
    for path in ["/predict", "/predict?preview=true", "/explain", "/upload"] {
        let response = stack.upload(path, photo()).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        let sent = std::mem::take(&mut *sent.lock().unwrap());
        assert!(!sent.is_empty() && !sent.iter().any(|body| has_metadata(body)), "{path}");
    }
}

#[tokio::test]
async fn an_image_with_an_invalid_structure_is_rejected_as_corrupt() {
    let stack = Stack::start().await;
    let photo = photo();
    for path in ["/predict", "/explain"] {
        let rejected = stack.post(path, "image/jpeg", photo[..1000].to_vec()).send().await.unwrap();
        assert_eq!(json(rejected, StatusCode::UNPROCESSABLE_ENTITY).await["code"], "corrupt_image");
    }
    assert_eq!(stack.rows().await, 0);
}

/// Inserts an input with its metadata, as version 0.1.0 did, and with `behind` zero bytes after its end.
async fn insert(sql: &mut PgConnection, kind: &str, input: &[u8], behind: i32) -> Uuid {
    let id = Uuid::now_v7();
    let statement = "insert into predictions
            (id, prediction, confidence, probabilities, verdict, model, bitmap, input, input_kind, source)
        values ($1, 8, 1, array_fill(0.1::real, array[10]), 'digit', 'old', decode(repeat('00', 784), 'hex'),
            $2 || decode(repeat('00', $3), 'hex'), $4, 'upload')";
    sqlx::query(statement).bind(id).bind(input).bind(behind).bind(kind).execute(sql).await.unwrap();
    id
}

/// Strips the inputs after an id, at most `portions` portions. Returns the total number of read inputs after each
/// portion, and the last progress.
async fn strip(database: &PgConnectOptions, after: Option<Uuid>, portions: usize) -> (Vec<u64>, StripProgress) {
    let mut read = Vec::new();
    let done = strip_metadata(database, after, |done| {
        read.push(done.read);
        if read.len() == portions { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let done = done.await.unwrap();
    (read, done)
}

/// Returns the content of the database without the inputs.
async fn everything_else(sql: &mut PgConnection) -> Vec<String> {
    let statement = "select (to_jsonb(p) - 'input')::text || (to_jsonb(h))::text || input_kind
        from predictions p join prediction_index h using (id) order by id";
    sqlx::query_scalar(statement).fetch_all(sql).await.unwrap()
}

#[tokio::test]
async fn stored_images_are_stripped_in_portions_and_an_interrupted_run_resumes() {
    let stack = Stack::start().await;
    let mut sql = stack.sql().await;
    let (photo, clean) = (photo(), Picture::default().png(&drawings::all()[8]));
    let strokes = drawings::all()[8].to_string();
    let broken = insert(&mut sql, "png", b"no image", 0).await;
    for _ in 0..25 {
        insert(&mut sql, "jpeg", &photo, 0).await;
        insert(&mut sql, "strokes", strokes.as_bytes(), 0).await;
    }
    for _ in 0..4 {
        insert(&mut sql, "png", &clean, 0).await;
    }
    let before = everything_else(&mut sql).await;

    let (portions, first) = strip(&stack.database, None, 1).await;
    assert_eq!((portions, first.replaced, first.left), (vec![20], 19, 1));
    let (portions, second) = strip(&stack.database, Some(first.after), 9).await;
    assert_eq!((portions, second.replaced, second.left), (vec![10], 6, 0));

    let rows: Vec<(Uuid, String, Vec<u8>)> =
        sqlx::query_as("select id, input_kind, input from predictions").fetch_all(&mut sql).await.unwrap();
    for (id, kind, input) in &rows {
        match kind.as_str() {
            "jpeg" => {
                assert!(!has_metadata(input) && preprocessing::from_image(input) == preprocessing::from_image(&photo));
            }
            "strokes" => assert_eq!(input, strokes.as_bytes()),
            _ if *id == broken => assert_eq!(input, b"no image"),
            _ => assert_eq!(input, &clean),
        }
    }
    assert_eq!((rows.len(), everything_else(&mut sql).await), (55, before));

    // A second run from the beginning changes nothing.
    let (_, again) = strip(&stack.database, None, 9).await;
    assert_eq!((again.read, again.replaced, again.left), (30, 0, 1));
}

#[tokio::test]
async fn a_portion_of_large_images_has_fewer_images() {
    let stack = Stack::start().await;
    let mut sql = stack.sql().await;
    for _ in 0..6 {
        insert(&mut sql, "jpeg", &photo(), 4_900_000).await;
    }
    let (portions, done) = strip(&stack.database, None, 9).await;
    assert_eq!((portions, done.replaced), (vec![5, 6], 6));
    let bytes: i64 =
        sqlx::query_scalar("select sum(octet_length(input)) from predictions").fetch_one(&mut sql).await.unwrap();
    assert!(bytes < 6 * 50_000, "{bytes}");
}

//! A test that provokes every answer that the document of the web service lists.

use super::{
    document::Document,
    provoke,
    raw::{Answered, Target},
};
use crate::{
    drawings::{self, Picture, encode},
    person::Person,
    stack::{ANY, Stack, start_model},
    training_runs,
    unavailable::Cluster,
};
use api::{ByteSize, Settings};
use image::{ImageFormat, Rgb, RgbImage};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::json;
use sqlx::postgres::PgConnectOptions;
use std::{collections::BTreeSet, num::NonZeroUsize};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Returns a PNG of one colour.
fn blank(width: u32, height: u32) -> Vec<u8> {
    encode(&RgbImage::from_pixel(width, height, Rgb([250, 250, 250])).into(), ImageFormat::Png)
}

/// Provokes the errors of a route that takes a drawing, in either service.
pub(super) async fn rejected_drawings(document: &mut Document, stack: &Stack, address: &str) {
    let post = |query: &str, media_type: &str, body: Vec<u8>| {
        let url = format!("{address}{query}");
        stack.http.post(url).header("content-type", media_type).body(body)
    };
    let eight = drawings::all()[8].to_string().into_bytes();
    let png = Picture::default().png(&drawings::all()[8]);
    for (request, status) in [
        (post("", "application/json", b"{".to_vec()), 400),
        (post("", "multipart/form-data; boundary=x", b"--x--\r\n".to_vec()), 400),
        (post("?model=no/version", "application/json", eight.clone()), 400),
        (post("?model=another", "application/json", eight), 404),
        (post("", "image/png", blank(5001, 5000)), 413),
        (post("", "text/plain", b"8".to_vec()), 415),
        (post("", "image/png", blank(28, 28)), 422),
        (post("", "image/png", b"no picture".to_vec()), 422),
        (post("", "image/png", png[..png.len() / 2].to_vec()), 422),
        (post("", "application/json", b"{}".to_vec()), 422),
    ] {
        document.expect(&stack.http, request, status).await;
    }
}

#[tokio::test]
async fn the_web_service_gives_every_documented_answer_as_documented() {
    let cluster = Cluster::new();
    let database = cluster.script("start").parse().unwrap();
    let mut stack = with_gallery(database).await;
    stack.until_ready().await;
    let service = stack.api.address;
    let mut document = Document::of(&stack.http, service).await;

    for drawing in [&drawings::all()[8], &drawings::two_digits()] {
        let request = stack.post("/predict?include=bitmap", "application/json", drawing.to_string());
        document.expect(&stack.http, request, 200).await;
        let request = stack.post("/explain", "application/json", drawing.to_string());
        document.expect(&stack.http, request, 200).await;
    }
    deleted_and_repeated(&mut document, &stack).await;
    with_full_storage(&mut document, &stack).await;
    while_blocked(&mut document).await;
    let page = document.expect(&stack.http, stack.get("/api/v1/predictions?limit=1"), 200).await;
    let id = page["predictions"][0]["id"].as_str().unwrap().to_owned();
    let (shown, unknown) = (format!("/api/v1/predictions/{id}"), format!("/api/v1/predictions/{}", Uuid::nil()));
    let label = |prediction: &str, media_type: &str, body: &str| {
        let request = stack.http.put(stack.url(&format!("{prediction}/label")));
        request.header("content-type", media_type).body(body.to_owned())
    };
    let seven = json!({ "true_label": 7 }).to_string();
    for (request, status) in [
        (label(&shown, "application/json", &seven), 200),
        (label(&unknown, "application/json", &seven), 404),
        (label(&shown, "application/json", "7"), 422),
        (label(&shown, "application/json", "{"), 400),
        (label(&shown, "text/plain", &seven), 415),
        (stack.get(&shown), 200),
        (stack.get(&unknown), 404),
        (stack.get(&format!("{shown}/bitmap.png")), 200),
        (stack.get(&format!("{unknown}/bitmap.png")), 404),
        (stack.get(&format!("{shown}/input")), 200),
        (stack.get(&format!("{unknown}/input")), 404),
        (stack.http.delete(stack.url(&format!("{shown}/label"))), 200),
        (stack.http.delete(stack.url(&format!("{unknown}/label"))), 404),
        (stack.get("/api/v1/labelling-queue"), 200),
        (stack.get("/api/v1/labelling-queue?limit=0"), 400),
        (stack.get("/api/v1/quality"), 200),
        (stack.get("/api/v1/quality?days=0"), 400),
        (stack.get("/api/v1/calibration?confidence=0.97"), 200),
        (stack.get("/api/v1/calibration?confidence=97"), 400),
        (stack.http.delete(stack.url(&shown)), 401),
        (stack.http.delete(stack.url(&shown)).header("deletion-token", Uuid::nil().to_string()), 403),
        (stack.http.delete(stack.url(&unknown)).header("deletion-token", Uuid::nil().to_string()), 404),
        (stack.get(&format!("{shown}/attribution")), 200),
        (stack.get(&format!("{unknown}/attribution")), 404),
        (stack.get(&format!("{shown}/attribution?model=another")), 404),
        (stack.get(&format!("{shown}/attribution?model=a&model=b")), 400),
        (stack.get(&format!("{shown}/models")), 200),
        (stack.get(&format!("{unknown}/models")), 404),
        (stack.get("/api/v1/predictions"), 200),
        (stack.get("/api/v1/predictions?limit=0"), 400),
        (stack.get("/api/v1/me"), 401),
        (stack.get("/api/v1/me").header("cookie", VISITOR), 200),
        (stack.http.delete(stack.url("/api/v1/me")), 401),
        (stack.http.delete(stack.url("/api/v1/me")).header("cookie", VISITOR), 204),
        (stack.get("/livez"), 200),
        (stack.get("/readyz"), 200),
    ] {
        document.expect(&stack.http, request, status).await;
    }
    registry(&mut document, &stack).await;
    training_runs(&mut document, &stack).await;
    gallery(&mut document, &stack).await;
    for path in ["/predict", "/explain"] {
        rejected_drawings(&mut document, &stack, &stack.url(path)).await;
    }
    for (lines, status) in [("", 200), ("{}", 422)] {
        let import = stack.post("/api/v1/import", "application/x-ndjson", lines);
        document.expect(&stack.http, import, status).await;
    }
    exports(&mut document, &stack).await;
    in_a_crowd(&mut document, &stack, &[format!("{shown}/attribution"), format!("{shown}/models")]).await;
    exports_in_a_crowd(&mut document, &stack).await;
    inputs_in_a_crowd(&mut document, &stack).await;

    bodies(&mut document, &stack, &shown).await;
    without_database(&mut document, &stack, &cluster, &shown).await;
    without_model(&mut document, &mut stack, &shown).await;
    while_stopping(&mut document, stack).await;
    document.assert_complete();
}

/// Sends bodies that are damaged, too large, from another site, too many or too slow to each route that takes one.
async fn bodies(document: &mut Document, stack: &Stack, shown: &str) {
    let service = stack.api.address;
    let label = format!("{shown}/label");
    let targets: [Target<'_>; 4] = [
        ("POST", "/predict", "image/png"),
        ("POST", "/explain", "image/png"),
        ("PUT", &label, "application/json"),
        ("POST", "/api/v1/import", "application/x-ndjson"),
    ];
    let of_trainers: [Target<'_>; 3] = [
        ("POST", "/api/v1/models", "application/json"),
        ("PUT", "/api/v1/models/first", "application/json"),
        ("PUT", "/api/v1/models/first/progress", "application/json"),
    ];
    provoke::too_large(document, service, &stack.http, &targets, 6 << 20).await;
    provoke::too_large(document, service, &stack.http, &of_trainers, 33 << 20).await;
    let targets = [&targets[..], &of_trainers].concat();
    provoke::invalid_chunks(document, service, &targets).await;
    let deleted =
        [("DELETE", shown, "text/plain"), ("DELETE", &label, "text/plain"), ("DELETE", "/api/v1/me", "text/plain")];
    provoke::cross_site(document, service, &stack.http, &[&targets[..], &deleted].concat()).await;
    provoke::too_many(document, service, &targets).await;
    provoke::too_slow(document, service, &targets).await;
}

/// Deletes drawings with their tokens, and repeats submissions with their idempotency keys.
async fn deleted_and_repeated(document: &mut Document, stack: &Stack) {
    let mine = stack.draw(&drawings::all()[8]).await;
    let delete = stack.http.delete(stack.url(&format!("/api/v1/predictions/{}", mine["id"].as_str().unwrap())));
    document.expect(&stack.http, delete.header("deletion-token", mine["deletion_token"].as_str().unwrap()), 204).await;
    let keyed = || eight(stack, "/predict").header("idempotency-key", "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"");
    let once = document.expect(&stack.http, keyed(), 200).await;
    let delete = stack.http.delete(stack.url(&format!("/api/v1/predictions/{}", once["id"].as_str().unwrap())));
    document.expect(&stack.http, delete.header("deletion-token", once["deletion_token"].as_str().unwrap()), 204).await;
    document.expect(&stack.http, keyed(), 410).await;
    let reused = keyed().query(&[("source", "canvas")]);
    document.expect(&stack.http, reused, 422).await;
    document.expect(&stack.http, eight(stack, "/predict").header("idempotency-key", "eight"), 422).await;
}

/// Submits a drawing, and imports the drawings of another service, to a service that stores nothing: 507.
async fn with_full_storage(document: &mut Document, other: &Stack) {
    let export = other.get(EXPORTS[1]).send().await.unwrap().text().await.unwrap();
    let stack = Stack::with_settings(Settings { storage_limit: Some(ByteSize(0)), ..Settings::default() }).await;
    document.expect(&stack.http, eight(&stack, "/predict"), 507).await;
    let import = stack.post("/api/v1/import", "application/x-ndjson", export);
    document.expect(&stack.http, import, 507).await;
}

/// Submits and labels from an address that an operator has blocked: 403.
async fn while_blocked(document: &mut Document) {
    let stack = Stack::with_accounts().await;
    let drawn = eight(&stack, "/predict").header("cookie", VISITOR).send().await.unwrap();
    let drawn: serde_json::Value = drawn.json().await.unwrap();
    let label = stack.url(&format!("/api/v1/predictions/{}/label", drawn["id"].as_str().unwrap()));
    Person::invited(&stack, "ada", "operator").await.block("127.0.0.1").await;
    for request in
        [eight(&stack, "/predict"), stack.http.put(&label).json(&json!({ "true_label": 7 })), stack.http.delete(&label)]
    {
        document.expect(&stack.http, request.header("cookie", VISITOR), 403).await;
    }
}

fn eight(stack: &Stack, path: &str) -> RequestBuilder {
    stack.post(path, "application/json", drawings::all()[8].to_string())
}

/// A limit of model requests that a crowd exceeds, however fast the model service is.
const FEW_REQUESTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(7);

/// Starts the services with a gallery.
async fn with_gallery(database: PgConnectOptions) -> Stack {
    let settings = Settings { has_public_gallery: true, ..Settings::default() };
    Stack::on(start_model(ANY.parse().unwrap()).await, database, FEW_REQUESTS, settings).await
}

/// Requests the gallery and one of its drawings, and the gallery of a service that has none.
async fn gallery(document: &mut Document, stack: &Stack) {
    document.expect(&stack.http, Stack::start().await.get("/api/v1/gallery"), 404).await;
    let drawn = eight(stack, "/predict?source=canvas");
    let drawn = document.expect(&stack.http, drawn, 200).await;
    let in_gallery = format!("/api/v1/gallery/{}/bitmap.png", drawn["id"].as_str().unwrap());
    for (path, status) in [
        ("/api/v1/gallery?limit=1", 200),
        ("/api/v1/gallery?limit=0", 400),
        (&in_gallery, 200),
        (&format!("/api/v1/gallery/{}/bitmap.png", Uuid::nil()), 404),
    ] {
        document.expect(&stack.http, stack.get(path), status).await;
    }
}

/// Requests the registry of models before and after it has a model.
async fn registry(document: &mut Document, stack: &Stack) {
    document.expect(&stack.http, stack.get("/api/v1/models"), 200).await;
    document.expect(&stack.http, stack.get("/api/v1/models/serving"), 404).await;
    stack.add_first_model("first").await;
    document.expect(&stack.http, stack.get("/api/v1/models/serving"), 200).await;
    for file in ["card.json", "weights.safetensors"] {
        document.expect(&stack.http, stack.get(&format!("/api/v1/models/first/{file}")), 200).await;
        document.expect(&stack.http, stack.get(&format!("/api/v1/models/other/{file}")), 404).await;
    }
}

/// Begins a training run, reports its progress and submits its model, and makes mistakes with each.
async fn training_runs(document: &mut Document, stack: &Stack) {
    document.expect(&stack.http, stack.get("/api/v1/training-examples"), 200).await;
    let manifest = training_runs::manifest(&[1]);
    let progress = training_runs::progress();
    let trained = training_runs::trained("second", &manifest, "worse");
    let run = json!({ "version": "second", "manifest": manifest });
    let none = json!({});
    let taken = json!({ "version": "first", "manifest": manifest });
    for (method, path, body, status) in [
        (Method::POST, "", &run, 200),
        (Method::POST, "", &taken, 409),
        (Method::POST, "", &none, 422),
        (Method::PUT, "/second/progress", &progress, 204),
        (Method::PUT, "/other/progress", &progress, 404),
        (Method::PUT, "/first/progress", &progress, 409),
        (Method::PUT, "/second/progress", &none, 422),
        (Method::PUT, "/other", &training_runs::trained("other", &manifest, "worse"), 404),
        (Method::PUT, "/first", &training_runs::trained("first", &manifest, "worse"), 409),
        (Method::PUT, "/second", &none, 422),
        (Method::PUT, "/second", &trained, 200),
    ] {
        let request = stack.http.request(method.clone(), stack.url(&format!("/api/v1/models{path}")));
        document.expect(&stack.http, request.json(body), status).await;
    }
    for (method, path) in [(Method::POST, ""), (Method::PUT, "/second"), (Method::PUT, "/second/progress")] {
        let request = || stack.http.request(method.clone(), stack.url(&format!("/api/v1/models{path}")));
        document.expect(&stack.http, request().header("content-type", "text/plain").body("{}"), 415).await;
        document.expect(&stack.http, request().header("content-type", "application/json").body("{"), 400).await;
    }
}

/// Sends more concurrent requests than the model service accepts, until each route has answered 429.
async fn in_a_crowd(document: &mut Document, stack: &Stack, paths: &[String]) {
    let mut refused = BTreeSet::new();
    for _ in 0..50 {
        let crowd: JoinSet<_> = paths
            .iter()
            .cycle()
            .take(80 * paths.len())
            .map(|path| (path.clone(), stack.get(path).send()))
            .map(async |(path, response)| (path, Answered::of(response.await.unwrap()).await))
            .collect();
        for (path, answered) in crowd.join_all().await {
            document.check(&Method::GET, &path, answered.status, &answered);
            if answered.status == 429 {
                refused.insert(path);
            }
        }
        if refused.len() == paths.len() {
            return;
        }
    }
    panic!("there is always room: only {refused:?} were refused");
}

/// The cookie of a visitor.
const VISITOR: &str = "visitor=8e03978e-40d5-43dd-bc93-6894a57f9324";

const EXPORTS: [&str; 4] = [
    "/api/v1/export/predictions.csv",
    "/api/v1/export/predictions.ndjson",
    "/api/v1/export/mnist.tar",
    "/api/v1/export/training-examples.ndjson",
];

async fn exports(document: &mut Document, stack: &Stack) {
    for path in EXPORTS {
        document.expect(&stack.http, stack.get(path), 200).await;
    }
    // The export of training examples takes no filter.
    for path in &EXPORTS[..3] {
        document.expect(&stack.http, stack.get(&format!("{path}?predicted=cat")), 400).await;
    }
}

/// Requests a third export while the clients of two do not read: 429.
async fn exports_in_a_crowd(document: &mut Document, stack: &Stack) {
    stack.seed_predictions(10_000).await;
    let begin = async || stack.get(EXPORTS[1]).send().await.unwrap();
    let unread = [begin().await, begin().await];
    for path in EXPORTS {
        document.expect(&stack.http, stack.get(path), 429).await;
    }
    drop(unread);
    let drawn = eight(stack, "/predict").header("cookie", VISITOR).send().await.unwrap();
    assert_eq!(drawn.status(), 200);
    sqlx::query("update predictions set visitor_id = (select id from visitors)")
        .execute(&mut stack.sql().await)
        .await
        .unwrap();
    let mine = || stack.get("/api/v1/me").header("cookie", VISITOR);
    let unread = [mine().send().await.unwrap(), mine().send().await.unwrap()];
    document.expect(&stack.http, mine(), 429).await;
    drop(unread);
}

/// Requests large inputs that no client reads, until the service answers 429.
async fn inputs_in_a_crowd(document: &mut Document, stack: &Stack) {
    let large = format!("{}{}", drawings::all()[8], " ".repeat(4_900_000));
    let sent = stack.post("/predict", "application/json", large);
    let drawn = document.expect(&stack.http, sent, 200).await;
    let path = format!("/api/v1/predictions/{}/input", drawn["id"].as_str().unwrap());
    let mut unread = Vec::new();
    // New connections, because the system's buffers of used ones may have grown and take a whole response.
    let fresh = Client::builder().no_proxy().build().unwrap();
    for _ in 0..6 {
        let response = fresh.get(stack.url(&path)).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        unread.push(response);
    }
    document.expect(&stack.http, stack.get(&path), 429).await;
}

/// Sends requests while PostgreSQL is stopped, and starts it again.
async fn without_database(document: &mut Document, stack: &Stack, cluster: &Cluster, shown: &str) {
    cluster.script("stop");
    let label = stack.http.put(stack.url(&format!("{shown}/label"))).header("content-type", "application/json");
    let manifest = training_runs::manifest(&[1]);
    let run = json!({ "version": "third", "manifest": manifest });
    for request in [
        eight(stack, "/predict"),
        label.body("{\"true_label\":7}"),
        stack.get("/api/v1/predictions"),
        stack.get(shown),
        stack.get(&format!("{shown}/bitmap.png")),
        stack.get(&format!("{shown}/input")),
        stack.http.delete(stack.url(shown)).header("deletion-token", Uuid::nil().to_string()),
        stack.http.delete(stack.url(&format!("{shown}/label"))),
        stack.post("/api/v1/import", "application/x-ndjson", ""),
        stack.get("/api/v1/labelling-queue"),
        stack.get("/api/v1/quality"),
        stack.get("/api/v1/models"),
        stack.get("/api/v1/models/serving"),
        stack.get("/api/v1/models/first/card.json"),
        stack.get("/api/v1/models/first/weights.safetensors"),
        stack.get("/api/v1/training-examples"),
        stack.http.post(stack.url("/api/v1/models")).json(&run),
        stack.http.put(stack.url("/api/v1/models/third/progress")).json(&training_runs::progress()),
        stack.http.put(stack.url("/api/v1/models/third")).json(&training_runs::trained("third", &manifest, "worse")),
        stack.get("/api/v1/calibration?confidence=0.97"),
        stack.get(&format!("{shown}/attribution")),
        stack.get(&format!("{shown}/models")),
        stack.get("/api/v1/me").header("cookie", VISITOR),
        stack.http.delete(stack.url("/api/v1/me")).header("cookie", VISITOR),
        stack.get("/api/v1/gallery"),
        stack.get(&format!("/api/v1/gallery/{}/bitmap.png", Uuid::nil())),
        stack.get("/readyz"),
    ]
    .into_iter()
    .chain(EXPORTS.map(|path| stack.get(path)))
    {
        document.expect(&stack.http, request, 503).await;
    }
    cluster.script("start");
    stack.until_ready().await;
}

/// Stops the model service and sends requests.
async fn without_model(document: &mut Document, stack: &mut Stack, shown: &str) {
    stack.model.take().unwrap().stop().await;
    for request in [
        eight(stack, "/predict"),
        eight(stack, "/explain"),
        stack.get(&format!("{shown}/attribution")),
        stack.get(&format!("{shown}/models")),
        stack.get("/readyz"),
    ] {
        document.expect(&stack.http, request, 503).await;
    }
}

/// Sends requests to the web service while it stops.
async fn while_stopping(document: &mut Document, stack: Stack) {
    let ready = stack.get("/readyz");
    stack.api.stop_after(async || drop(document.expect(&stack.http, ready, 503).await)).await;
}

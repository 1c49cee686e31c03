//! A test that provokes every answer that the document of the model service lists.

use super::{
    api::rejected_drawings,
    document::Document,
    provoke,
    raw::{Answered, Target},
};
use crate::{
    drawings,
    stack::{ANY, LIMITS, Stack, empty_database, root, start_model_from, start_model_with},
    triton::models,
};
use model::Limits;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::{fs, num::NonZeroUsize};

/// Returns an inference request with the pixels of an eight.
fn eight() -> Value {
    let eight = fs::read_to_string(root().join("examples/eight-pixels.json")).unwrap();
    let eight: Value = serde_json::from_str(&eight).unwrap();
    json!({ "inputs": [{ "name": "image", "datatype": "FP32", "shape": [1, 1, 28, 28], "data": eight["pixels"] }] })
}

#[tokio::test]
async fn the_model_service_gives_every_documented_answer_as_documented() {
    let models = models();
    let model = start_model_from(ANY.parse().unwrap(), models.path().to_owned()).await;
    let stack = Stack::of(model, empty_database().await).await;
    let service = stack.model.as_ref().unwrap().address;
    let base = format!("http://{service}");
    let mut document = Document::of(&stack.http, service).await;
    let champion = fs::read_to_string(models.path().join("champion")).unwrap().trim().to_owned();

    let get = |path: &str| stack.http.get(format!("{base}{path}"));
    let post = |path: &str, body: Value| stack.http.post(format!("{base}{path}")).body(body.to_string());
    for path in ["/", "/livez", "/readyz", "/v2", "/v2/health/live", "/v2/health/ready", "/v2/models/stats"] {
        document.expect(&stack.http, get(path), 200).await;
    }
    let drawing = drawings::all()[8].clone();
    for (path, query) in [("/predict", "?include=bitmap"), ("/explain", "")] {
        rejected_drawings(&mut document, &stack, &format!("{base}{path}")).await;
        let sent = post(&format!("{path}{query}"), drawing.clone()).header("content-type", "application/json");
        document.expect(&stack.http, sent, 200).await;
    }

    let as_bytes = json!({ "inputs": eight()["inputs"], "parameters": { "binary_data_output": true } });
    for (known, unknown) in [
        ("/v2/models/digits".to_owned(), "/v2/models/another"),
        (format!("/v2/models/digits/versions/{champion}"), "/v2/models/digits/versions/another"),
    ] {
        for (path, status) in [(known.as_str(), 200), (unknown, 404)] {
            document.expect(&stack.http, get(path), status).await;
            for about in ["ready", "config", "stats"] {
                document.expect(&stack.http, get(&format!("{path}/{about}")), status).await;
            }
            document.expect(&stack.http, post(&format!("{path}/infer"), eight()), status).await;
        }
        let infer = format!("{known}/infer");
        document.expect(&stack.http, post(&infer, as_bytes.clone()), 200).await;
        document.expect(&stack.http, post(&infer, json!({})), 400).await;
    }
    repository(&mut document, &stack.http, &post).await;

    let infer = ["/v2/models/digits/infer".to_owned(), format!("/v2/models/digits/versions/{champion}/infer")];
    let targets: Vec<Target<'_>> = [&infer[0], &infer[1], "/v2/repository/index", "/v2/repository/models/twin/load"]
        .map(|path| ("POST", path, "application/octet-stream"))
        .into_iter()
        .chain([("POST", "/predict", "image/png"), ("POST", "/explain", "image/png")])
        .collect();
    provoke::invalid_chunks(&mut document, service, &targets).await;
    provoke::too_large(&mut document, service, &stack.http, &targets, 6 << 20).await;
    let unload = ("POST", "/v2/repository/models/twin/unload", "application/json");
    let targets_and_unload = [&targets[..], &[unload]].concat();
    provoke::cross_site(&mut document, service, &stack.http, &targets_and_unload).await;
    provoke::too_many(&mut document, service, &targets_and_unload).await;
    provoke::too_slow(&mut document, service, &targets).await;

    failing(&mut document, &stack.http, &champion).await;
    while_stopping(&mut document, stack).await;
    document.assert_complete();
}

/// Loads and unloads versions, with and without success.
async fn repository(document: &mut Document, http: &Client, post: &impl Fn(&str, Value) -> RequestBuilder) {
    for (path, body, status) in [
        ("index", json!({}), 200),
        ("index", json!({ "ready": true }), 200),
        ("index", json!([7]), 400),
        ("models/twin/load", json!({}), 200),
        ("models/twin/load", json!({ "parameters": { "config": "{}" } }), 400),
        ("models/broken/load", json!({}), 400),
        ("models/nowhere/load", json!({}), 404),
        ("models/twin/unload", json!({}), 200),
        ("models/twin/unload", json!({}), 404),
        ("models/digits/unload", json!({}), 400),
    ] {
        document.expect(http, post(&format!("/v2/repository/{path}"), body), status).await;
    }
}

/// Provokes internal errors: the folder of models disappears, and the network has a replica for one worker only, so the
/// other workers fail.
async fn failing(document: &mut Document, http: &Client, champion: &str) {
    let models = models();
    let (listen, limits) = (ANY.parse().unwrap(), Limits { workers: NonZeroUsize::MIN.saturating_add(15), ..LIMITS });
    let service = start_model_with(listen, models.path().to_owned(), NonZeroUsize::MIN, limits).await;
    drop(models);
    let post = |path: &str, body: &Value| {
        let request = http.post(format!("http://{}{path}", service.address));
        request.header("content-type", "application/json").body(body.to_string())
    };
    document.expect(http, post("/v2/repository/index", &json!({})), 503).await;
    for (path, body) in [
        ("/predict", &drawings::all()[8]),
        ("/explain", &drawings::all()[8]),
        ("/v2/models/digits/infer", &eight()),
        (&format!("/v2/models/digits/versions/{champion}/infer"), &eight()),
    ] {
        let mut status = 200;
        while status == 200 {
            let answered = Answered::of(post(path, body).send().await.unwrap()).await;
            status = answered.status;
            document.check(&Method::POST, path, status, &answered);
        }
        assert_eq!(status, 503);
    }
}

/// Sends requests to the service while it stops.
async fn while_stopping(document: &mut Document, mut stack: Stack) {
    let (http, model) = (stack.http.clone(), stack.model.take().unwrap());
    let address = model.address;
    let ask = async || {
        for path in ["/readyz", "/v2/health/ready"] {
            document.expect(&http, http.get(format!("http://{address}{path}")), 503).await;
        }
    };
    model.stop_after(ask).await;
}

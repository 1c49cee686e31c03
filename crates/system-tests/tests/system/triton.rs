//! The Open Inference Protocol: Triton's own client, unmodified, gets from the model service what it expects, and what
//! that client would never send is refused in the protocol's words.

use crate::{
    python::{self, python, run},
    random,
    stack::{self, ANY, Service, copy_champion, root, start_model, start_model_from},
};
use flate2::{Compression, read::GzEncoder};
use reqwest::{Client, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// The version of Triton's client, which pip installs.
const VERSION: &str = "2.73.0";

/// Where it is installed: once for each user and Python.
async fn client() -> &'static Path {
    static FOLDER: OnceCell<PathBuf> = OnceCell::const_new();
    FOLDER.get_or_init(install).await
}

async fn install() -> PathBuf {
    python::installed("tritonclient", &format!("tritonclient[http]=={VERSION}"), VERSION).await
}

/// A folder with the champion, the same again as "twin", and once more with damaged weights as "broken".
pub(crate) fn models() -> TempDir {
    let champion = fs::read_to_string(root().join("models/champion")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for version in [champion.trim(), "twin", "broken"] {
        copy_champion(folder.path(), version, |_| ());
    }
    fs::write(folder.path().join("broken/weights.safetensors"), "not what it was").unwrap();
    fs::write(folder.path().join("champion"), champion).unwrap();
    folder
}

/// Has both of Triton's clients do this, each with a service of its own.
async fn check(name: &str) {
    let script = root().join("crates/system-tests/tests/triton/client.py");
    for client_kind in ["sync", "aio"] {
        let models = models();
        let service = start_model_from(ANY.parse().unwrap(), models.path().to_owned()).await;
        let mut command = python();
        command.env("PYTHONPATH", client().await).arg(&script).arg(service.address.to_string());
        run(command.arg(models.path()).args([client_kind, name]), "").await;
    }
}

#[tokio::test]
#[ignore = "needs python3"]
async fn tritons_client_learns_what_the_model_takes_and_gives() {
    check("description").await;
}

#[tokio::test]
#[ignore = "needs python3"]
async fn tritons_client_gets_what_predict_says_however_tensors_travel() {
    check("inference").await;
}

#[tokio::test]
#[ignore = "needs python3"]
async fn tritons_client_gets_the_outputs_and_the_version_that_it_asks_for() {
    check("choice").await;
}

#[tokio::test]
#[ignore = "needs python3"]
async fn the_statistics_add_up_to_what_tritons_client_sent() {
    check("statistics").await;
}

#[tokio::test]
#[ignore = "needs python3"]
async fn tritons_client_loads_switches_and_unloads_versions() {
    check("repository").await;
}

#[tokio::test]
#[ignore = "needs python3"]
async fn tritons_client_is_told_what_is_wrong_with_a_request() {
    check("errors").await;
}

/// A model service, and requests to it.
struct Model {
    service: Service,
    http: Client,
}

impl Model {
    async fn start() -> Self {
        let service = start_model(ANY.parse().unwrap()).await;
        Self { service, http: Client::builder().no_proxy().build().unwrap() }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.service.address)
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url(path))
    }

    fn infer(&self, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.http.post(self.url("/v2/models/digits/infer")).body(body)
    }
}

/// A request for one image, with other fields of the input.
fn request(fields: &Value) -> String {
    let mut input = json!({ "name": "image", "datatype": "FP32", "shape": [1, 1, 28, 28] });
    input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({ "inputs": [input] }).to_string()
}

/// The request is refused with this status, and with an error that holds the reason and nothing else.
async fn refused(request: RequestBuilder, status: u16, reason: &str) -> HeaderMap {
    let response = request.send().await.unwrap();
    let headers = response.headers().clone();
    assert_eq!(headers["content-type"], "application/json", "{reason}");
    let error = stack::json(response, StatusCode::from_u16(status).unwrap()).await;
    assert!(error["error"].as_str().is_some_and(|error| error.contains(reason)), "{reason}: {error}");
    assert_eq!(error.as_object().unwrap().len(), 1, "{error}");
    headers
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    GzEncoder::new(bytes, Compression::fast()).read_to_end(&mut packed).unwrap();
    packed
}

#[tokio::test]
async fn a_request_that_a_person_writes_is_answered_as_json() {
    let model = Model::start().await;
    let nested = json!([vec![vec![0.5; 28]; 28]]);
    let response = model.infer(request(&json!({ "data": nested }))).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    assert!(!response.headers().contains_key("inference-header-content-length"));
    let answer = stack::json(response, StatusCode::OK).await;
    assert_eq!(answer["outputs"][0]["shape"], json!([1, 10]));
    assert_eq!(answer["outputs"][0]["data"].as_array().unwrap().len(), 10);
    let index = model.http.post(model.url("/v2/repository/index")).body("{\"ready\":true}").send().await.unwrap();
    assert!(stack::json(index, StatusCode::OK).await.as_array().unwrap().iter().all(|entry| entry["state"] == "READY"));
}

#[tokio::test]
async fn what_no_handler_sees_is_refused_in_the_protocols_words_too() {
    let model = Model::start().await;
    refused(model.get("/v2/nowhere"), 404, "/v2/nowhere").await;
    refused(model.get("/v2/models/%FF"), 404, "UTF-8").await;
    refused(model.get("/v2/models/digits/infer"), 405, "GET").await;
    refused(model.http.post(model.url("/v2/health/live")), 405, "POST").await;
    refused(model.http.post(model.url("/v2/repository/models/%FF/load")), 404, "UTF-8").await;
    refused(model.infer(vec![b' '; 6 << 20]), 413, "5 MB").await;
    let elsewhere = model.get("/predict").send().await.unwrap();
    assert_eq!(elsewhere.headers()["content-type"], "application/problem+json");
}

#[tokio::test]
async fn lengths_and_encodings_that_lie_are_refused() {
    let model = Model::start().await;
    let head = request(&json!({ "parameters": { "binary_data_size": 3136 } }));
    let whole = [head.as_bytes(), &[0; 3136]].concat();
    let with = |length: &str, body: &[u8]| model.infer(body.to_vec()).header("inference-header-content-length", length);
    assert_eq!(with(&head.len().to_string(), &whole).send().await.unwrap().status(), StatusCode::OK);
    for length in ["", "x", "-1", "99999999999999999999999", "1e3"] {
        refused(with(length, &whole), 400, "is not a number of bytes").await;
    }
    refused(with(&usize::MAX.to_string(), &whole), 400, "the body has only").await;
    refused(with(&head.len().to_string(), &whole[..whole.len() - 1]), 400, "3135 bytes follow").await;
    refused(model.infer(whole.clone()), 400, "not an inference request").await;
    refused(model.infer(head), 400, "0 bytes follow").await;

    let encoded = |encoding: &str, body: Vec<u8>| model.infer(body).header("content-encoding", encoding);
    let packed = gzip(request(&json!({ "data": vec![0; 784] })).as_bytes());
    assert_eq!(encoded("gzip", packed.clone()).send().await.unwrap().status(), StatusCode::OK);
    refused(encoded("gzip", packed[..packed.len() - 9].to_vec()), 400, "not whole").await;
    refused(encoded("deflate", packed.clone()), 400, "not deflate").await;
    refused(encoded("br", packed.clone()), 400, "\"br\"").await;
    refused(encoded("gzip, gzip", packed), 400, "\"gzip, gzip\"").await;
    refused(encoded("gzip", gzip(&vec![b' '; 100 << 20])), 413, "5 MB").await;
}

#[tokio::test]
async fn who_cannot_wait_is_told_when_to_come_back() {
    let model = Model::start().await;
    let mut body: Value = serde_json::from_str(&request(&json!({ "data": vec![0; 784] }))).unwrap();
    body["parameters"] = json!({ "timeout": 1 });
    let headers = refused(model.infer(body.to_string()), 429, "Try again").await;
    assert_eq!(headers["retry-after"], "1");
}

#[tokio::test]
async fn damaged_requests_never_make_the_model_service_fail() {
    let model = Model::start().await;
    let head = request(&json!({ "parameters": { "binary_data_size": 3136 } }));
    let whole = [head.as_bytes(), &[0; 3136]].concat();
    let mut random = random::numbers();
    for round in 0..400 {
        let mut body = whole.clone();
        for _ in 0..=random(3) {
            let place = random(head.len() + 20);
            body[place] = random(256) as u8;
        }
        let length = head.len() - usize::from(random(8) == 0);
        let response = model.infer(body).header("inference-header-content-length", length).send().await.unwrap();
        assert!(matches!(response.status().as_u16(), 200 | 400), "round {round}: {}", response.text().await.unwrap());
    }
}

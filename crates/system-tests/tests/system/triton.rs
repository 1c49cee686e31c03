//! Tests of the Open Inference Protocol: Triton's unmodified client works with the model service, and the service
//! rejects invalid requests in the protocol's format.

use crate::{
    person::{Person, token},
    python::{self, python, run},
    random,
    stack::{self, ANY, Service, Stack, copy_champion, root, start_model, start_model_from},
};
use api::{ApiAccess, Settings};
use flate2::{Compression, read::GzEncoder};
use reqwest::{Client, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use std::{
    fs,
    io::Read,
    net::SocketAddr,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// The version of Triton's client that pip installs.
const VERSION: &str = "2.73.0";

/// Returns the folder of Triton's client. It is installed once for each user and Python.
async fn client() -> &'static Path {
    static FOLDER: OnceCell<PathBuf> = OnceCell::const_new();
    FOLDER.get_or_init(install).await
}

async fn install() -> PathBuf {
    python::installed("tritonclient", &format!("tritonclient[http]=={VERSION}"), VERSION).await
}

/// Makes a folder with the champion, a copy of it as "twin", and a copy with damaged weights as "broken".
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

const CLIENTS: [&str; 2] = ["sync", "aio"];

/// Runs this check of `client.py` with both of Triton's clients, each with a separate service.
async fn check(name: &str) {
    for client_kind in CLIENTS {
        let models = models();
        let service = start_model_from(ANY.parse().unwrap(), models.path().to_owned()).await;
        run_check(service.address, &models, client_kind, name, "").await;
    }
}

/// Runs a check with a header that proves who the client is.
async fn run_check(address: SocketAddr, models: &TempDir, client_kind: &str, name: &str, credential: &str) {
    let mut command = python();
    command.env("PYTHONPATH", client().await).env("CREDENTIAL", credential);
    command.arg(root().join("crates/system-tests/tests/triton/client.py")).arg(address.to_string());
    run(command.arg(models.path()).args([client_kind, name]), "").await;
}

#[tokio::test]
#[ignore = "needs python3"]
async fn tritons_client_does_the_same_through_the_api_with_a_token_and_loads_versions_as_an_operator() {
    for client_kind in CLIENTS {
        let models = models();
        let model = start_model_from(ANY.parse().unwrap(), models.path().to_owned()).await;
        let settings = Settings { access: ApiAccess::Accounts, ..Settings::default() };
        let stack = Stack::with_model(model, settings).await;
        let operator = Person::invited(&stack, "ada", "operator").await;
        let program = format!("Authorization: Bearer {}", token(&operator, "triton", &["predict"]).await);
        for name in ["description", "inference", "choice", "errors"] {
            run_check(stack.api.address, &models, client_kind, name, &program).await;
        }
        let operator = format!("Cookie: session={}", operator.cookie("session").unwrap());
        run_check(stack.api.address, &models, client_kind, "repository", &operator).await;
    }
}

#[tokio::test]
#[ignore = "needs python3"]
async fn tritons_client_reads_the_metadata_of_the_model() {
    check("description").await;
}

#[tokio::test]
#[ignore = "needs python3"]
async fn tritons_client_gets_the_answer_of_predict_with_json_and_binary_tensors() {
    check("inference").await;
}

#[tokio::test]
#[ignore = "needs python3"]
async fn tritons_client_gets_the_requested_outputs_and_version() {
    check("choice").await;
}

#[tokio::test]
#[ignore = "needs python3"]
async fn the_statistics_count_the_requests_of_tritons_client() {
    check("statistics").await;
}

#[tokio::test]
#[ignore = "needs python3"]
async fn tritons_client_loads_switches_and_unloads_versions() {
    check("repository").await;
}

#[tokio::test]
#[ignore = "needs python3"]
async fn tritons_client_gets_the_reason_of_a_rejected_request() {
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

/// Returns a request for one image, whose input has these additional fields.
fn request(fields: &Value) -> String {
    let mut input = json!({ "name": "image", "datatype": "FP32", "shape": [1, 1, 28, 28] });
    input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({ "inputs": [input] }).to_string()
}

/// Asserts that the service rejects a request with this status, and that the body has only an error with this reason.
async fn rejected(request: RequestBuilder, status: u16, reason: &str) -> HeaderMap {
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
async fn a_hand_written_request_is_answered_as_json() {
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
async fn errors_outside_of_handlers_have_the_format_of_the_protocol() {
    let model = Model::start().await;
    rejected(model.get("/v2/nowhere"), 404, "/v2/nowhere").await;
    rejected(model.get("/v2/models/%FF"), 404, "UTF-8").await;
    rejected(model.get("/v2/models/digits/infer"), 405, "GET").await;
    rejected(model.http.post(model.url("/v2/health/live")), 405, "POST").await;
    rejected(model.http.post(model.url("/v2/repository/models/%FF/load")), 404, "UTF-8").await;
    rejected(model.infer(vec![b' '; 6 << 20]), 413, "5 MB").await;
    let elsewhere = model.get("/predict").send().await.unwrap();
    assert_eq!(elsewhere.headers()["content-type"], "application/problem+json");
}

#[tokio::test]
async fn wrong_lengths_and_encodings_are_rejected() {
    let model = Model::start().await;
    let head = request(&json!({ "parameters": { "binary_data_size": 3136 } }));
    let whole = [head.as_bytes(), &[0; 3136]].concat();
    let with = |length: &str, body: &[u8]| model.infer(body.to_vec()).header("inference-header-content-length", length);
    assert_eq!(with(&head.len().to_string(), &whole).send().await.unwrap().status(), StatusCode::OK);
    for length in ["", "x", "-1", "99999999999999999999999", "1e3"] {
        rejected(with(length, &whole), 400, "is not a number of bytes").await;
    }
    rejected(with(&usize::MAX.to_string(), &whole), 400, "the body has only").await;
    rejected(with(&head.len().to_string(), &whole[..whole.len() - 1]), 400, "3135 bytes follow").await;
    rejected(model.infer(whole.clone()), 400, "not an inference request").await;
    rejected(model.infer(head), 400, "0 bytes follow").await;

    let encoded = |encoding: &str, body: Vec<u8>| model.infer(body).header("content-encoding", encoding);
    let packed = gzip(request(&json!({ "data": vec![0; 784] })).as_bytes());
    assert_eq!(encoded("gzip", packed.clone()).send().await.unwrap().status(), StatusCode::OK);
    rejected(encoded("gzip", packed[..packed.len() - 9].to_vec()), 400, "not whole").await;
    rejected(encoded("deflate", packed.clone()), 400, "not deflate").await;
    rejected(encoded("br", packed.clone()), 400, "\"br\"").await;
    rejected(encoded("gzip, gzip", packed), 400, "\"gzip, gzip\"").await;
    rejected(encoded("gzip", gzip(&vec![b' '; 100 << 20])), 413, "5 MB").await;
}

#[tokio::test]
async fn a_request_that_exceeds_its_timeout_gets_retry_after() {
    let model = Model::start().await;
    let mut body: Value = serde_json::from_str(&request(&json!({ "data": vec![0; 784] }))).unwrap();
    body["parameters"] = json!({ "timeout": 1 });
    let headers = rejected(model.infer(body.to_string()), 429, "Try again").await;
    assert_eq!(headers["retry-after"], "1");
}

#[tokio::test]
async fn damaged_requests_never_cause_a_server_error() {
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

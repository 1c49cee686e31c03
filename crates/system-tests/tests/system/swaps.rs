//! A test that swaps the serving version under load: no request fails, and every answer comes from the version that it
//! names.

use crate::{
    drawings::{self, Picture},
    stack::{ANY, Service, copy_champion, json, start_model_from},
};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::{task::JoinSet, time::sleep};

const VERSIONS: [&str; 2] = ["sure", "unsure"];

/// The number of swaps, and the number of answers between two swaps.
const SWAPS: usize = 10;
const ANSWERS: usize = 40;

/// The number of images in a batch: more than in the smallest batch of a worker.
const BATCH: usize = 5;

/// Makes a folder with two versions of the champion. The second is less confident, because its card has twice the
/// temperature.
fn models() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (version, factor) in VERSIONS.into_iter().zip([1.0, 2.0]) {
        copy_champion(folder.path(), version, |card| {
            let temperature = card["calibration"]["temperature"].as_f64().unwrap();
            card["calibration"]["temperature"] = (temperature * factor).into();
        });
    }
    promote(folder.path(), VERSIONS[0]);
    folder
}

fn promote(models: &Path, version: &str) {
    fs::write(models.join("champion"), version).unwrap();
}

/// A client that sends one drawing, and a batch of it.
#[derive(Clone)]
struct SwapClient {
    http: Client,
    base: String,
    png: Vec<u8>,
    pixels: Value,
}

impl SwapClient {
    async fn new(service: &Service) -> Self {
        let (http, base) = (Client::builder().no_proxy().build().unwrap(), format!("http://{}", service.address));
        let png = Picture::default().png(&drawings::all()[4]);
        let mut client = Self { http, base, png, pixels: Value::Null };
        client.pixels = client.predict("?include=bitmap").await["bitmap"].take();
        client
    }

    async fn predict(&self, query: &str) -> Value {
        let request = self.http.post(format!("{}/predict{query}", self.base)).header("content-type", "image/png");
        json(request.body(self.png.clone()).send().await.unwrap(), StatusCode::OK).await
    }

    async fn infer(&self) -> Value {
        let data = vec![self.pixels.clone(); BATCH];
        let input = json!({ "name": "image", "datatype": "FP32", "shape": [BATCH, 1, 28, 28], "data": data });
        let body = json!({ "inputs": [input], "outputs": [{ "name": "probabilities" }] });
        let request = self.http.post(format!("{}/v2/models/digits/infer", self.base));
        json(request.body(body.to_string()).send().await.unwrap(), StatusCode::OK).await
    }

    /// Requests that the repository load or unload a model.
    async fn repository(&self, model: &str, what: &str) {
        let url = format!("{}/v2/repository/models/{model}/{what}", self.base);
        let response = self.http.post(url).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{}", response.text().await.unwrap());
    }
}

/// Asserts that an answer has the probabilities of the version that it names, and returns the version.
fn version(known: &BTreeMap<String, Vec<f64>>, version: &Value, probabilities: &Value) -> String {
    let version = version.as_str().unwrap();
    let rows: Vec<f64> = serde_json::from_value(probabilities.clone()).unwrap();
    for row in rows.chunks(10) {
        let off = row.iter().zip(&known[version]).map(|(said, known)| (said - known).abs()).fold(0.0, f64::max);
        assert!(off < 1e-5, "{version} returns {row:?}, not {:?}", known[version]);
    }
    version.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_comes_from_the_version_that_it_names_during_swaps() {
    let models = models();
    let service = start_model_from(ANY.parse().unwrap(), models.path().to_owned()).await;
    let client = SwapClient::new(&service).await;
    client.repository(VERSIONS[1], "load").await;
    let mut known = BTreeMap::new();
    for version in VERSIONS {
        let answer = client.predict(&format!("?model={version}")).await;
        known.insert(version.to_owned(), serde_json::from_value::<Vec<f64>>(answer["probabilities"].clone()).unwrap());
    }
    assert!((known["sure"][4] - known["unsure"][4]).abs() > 1e-3, "the versions cannot be told apart: {known:?}");
    client.repository(VERSIONS[1], "unload").await;

    let (is_over, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut clients = JoinSet::new();
    for _ in 0..4 {
        let (client, known, is_over, answers) = (client.clone(), known.clone(), is_over.clone(), answers.clone());
        clients.spawn(async move {
            let mut seen = BTreeMap::<String, usize>::new();
            while !is_over.load(Ordering::Relaxed) {
                let (one, batch) = (client.predict("").await, client.infer().await);
                *seen.entry(version(&known, &one["model"], &one["probabilities"])).or_default() += 1;
                *seen.entry(version(&known, &batch["model_version"], &batch["outputs"][0]["data"])).or_default() += 1;
                answers.fetch_add(2, Ordering::Relaxed);
            }
            seen
        });
    }
    for swap in 1..=SWAPS {
        let (old, new) = (VERSIONS[(swap - 1) % 2], VERSIONS[swap % 2]);
        promote(models.path(), new);
        client.repository("digits", "load").await;
        // The next swap must load the version again.
        client.repository(old, "unload").await;
        while answers.load(Ordering::Relaxed) < swap * ANSWERS {
            // A client ends here only if it panics.
            clients.try_join_next().transpose().unwrap();
            sleep(Duration::from_millis(1)).await;
        }
    }
    is_over.store(true, Ordering::Relaxed);
    for seen in clients.join_all().await {
        assert_eq!(seen.len(), 2, "a client got answers of one version only: {seen:?}");
    }
}

//! The model is exchanged while it is asked: nobody is refused, and every answer is what the version that it names says.

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

/// How many times the version that serves is exchanged, and how many answers there are before the next.
const SWAPS: usize = 10;
const ANSWERS: usize = 40;

/// Images of a batch, more than a worker's smallest.
const BATCH: usize = 5;

/// The champion twice: the second version is less sure, for its card tells a temperature that is twice as high.
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

/// A client: it sends one drawing, and a batch of it.
#[derive(Clone)]
struct Asking {
    http: Client,
    base: String,
    png: Vec<u8>,
    pixels: Value,
}

impl Asking {
    async fn new(service: &Service) -> Self {
        let (http, base) = (Client::builder().no_proxy().build().unwrap(), format!("http://{}", service.address));
        let png = Picture::default().png(&drawings::all()[4]);
        let mut asking = Self { http, base, png, pixels: Value::Null };
        asking.pixels = asking.predict("?include=bitmap").await["bitmap"].take();
        asking
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

    /// Has the repository load or unload a model.
    async fn repository(&self, model: &str, what: &str) {
        let url = format!("{}/v2/repository/models/{model}/{what}", self.base);
        let response = self.http.post(url).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{}", response.text().await.unwrap());
    }
}

/// The version that gave an answer, which must be what that version says.
fn version(known: &BTreeMap<String, Vec<f64>>, version: &Value, probabilities: &Value) -> String {
    let version = version.as_str().unwrap();
    let rows: Vec<f64> = serde_json::from_value(probabilities.clone()).unwrap();
    for row in rows.chunks(10) {
        let off = row.iter().zip(&known[version]).map(|(said, known)| (said - known).abs()).fold(0.0, f64::max);
        assert!(off < 1e-5, "{version} says {row:?} and said {:?}", known[version]);
    }
    version.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_comes_from_the_version_that_it_names_during_swaps() {
    let models = models();
    let service = start_model_from(ANY.parse().unwrap(), models.path().to_owned()).await;
    let asking = Asking::new(&service).await;
    asking.repository(VERSIONS[1], "load").await;
    let mut known = BTreeMap::new();
    for version in VERSIONS {
        let answer = asking.predict(&format!("?model={version}")).await;
        known.insert(version.to_owned(), serde_json::from_value::<Vec<f64>>(answer["probabilities"].clone()).unwrap());
    }
    assert!((known["sure"][4] - known["unsure"][4]).abs() > 1e-3, "the versions cannot be told apart: {known:?}");
    asking.repository(VERSIONS[1], "unload").await;

    let (is_over, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut clients = JoinSet::new();
    for _ in 0..4 {
        let (asking, known, is_over, answers) = (asking.clone(), known.clone(), is_over.clone(), answers.clone());
        clients.spawn(async move {
            let mut seen = BTreeMap::<String, usize>::new();
            while !is_over.load(Ordering::Relaxed) {
                let (one, batch) = (asking.predict("").await, asking.infer().await);
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
        asking.repository("digits", "load").await;
        asking.repository(old, "unload").await; // so that the next exchange reads it anew
        while answers.load(Ordering::Relaxed) < swap * ANSWERS {
            clients.try_join_next().transpose().unwrap(); // none ends by itself, unless it panics
            sleep(Duration::from_millis(1)).await;
        }
    }
    is_over.store(true, Ordering::Relaxed);
    for seen in clients.join_all().await {
        assert_eq!(seen.len(), 2, "a client met one version only: {seen:?}");
    }
}

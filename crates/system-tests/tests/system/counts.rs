//! Tests that the metrics of both services agree with the requests and responses of the clients.

use crate::{
    drawings::{self, Picture},
    stack::{ANY, Service, Stack, empty_database, root},
};
use model::{Engine, Limits, Model, Registry};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::{collections::HashMap, num::NonZeroUsize, sync::Arc, time::Duration};
use tokio::task::JoinSet;

/// Starts a model service with few slots.
async fn start_small_model() -> Service {
    let models = root().join("models");
    let limits = Limits {
        workers: NonZeroUsize::MIN,
        // An explanation and three drawings fit at a time.
        slots: NonZeroUsize::MIN.saturating_add(29),
        patience: Duration::from_secs(10),
    };
    let champion = network::champion(&models).unwrap();
    let registry = Arc::new(Registry::open(models, &champion, limits.workers).unwrap());
    let engine = Arc::new(Engine::new(limits));
    let model = |readiness| Model { engine, registry, readiness, trusts_trace_context: true };
    Service::start(ANY.parse().unwrap(), move |readiness, metrics| model::app(model(readiness), metrics)).await
}

/// Returns requests of each kind: predictions, previews, explanations, and requests that one of the services rejects.
fn requests(stack: &Stack) -> Vec<RequestBuilder> {
    let eight = &drawings::all()[8];
    let png = Picture::default().png(eight);
    let (strokes, blank) = (eight.to_string(), json!({ "pixels": vec![0; 784] }).to_string());
    let json = "application/json";
    vec![
        stack.post("/predict", json, strokes.clone()),
        stack.upload("/predict", png.clone()),
        stack.post("/predict?preview=true", json, strokes.clone()),
        stack.post("/explain", json, strokes.clone()),
        stack.post("/predict", json, blank.clone()),
        stack.post("/explain", json, blank),
        stack.post("/predict", "image/png", png[..png.len() / 2].to_vec()),
        stack.post("/predict", "image/png", "no image"),
        stack.post("/predict", "text/plain", strokes.clone()),
        stack.post("/predict?model=another", json, strokes),
    ]
}

/// Returns the status of an answer, and its outcome: stored, preview, explained, or the code of a problem.
async fn outcome(request: RequestBuilder) -> (u16, String) {
    let response = request.send().await.unwrap();
    let (status, body): (_, Value) = (response.status().as_u16(), response.json().await.unwrap());
    let what = match &body["saved"] {
        Value::Bool(true) => "stored",
        Value::Bool(false) => "preview",
        _ if body["attribution"].is_array() => "explained",
        _ => body["code"].as_str().unwrap(),
    };
    (status, what.to_owned())
}

/// The responses that clients got.
#[derive(Default)]
struct Seen {
    sent: u64,
    statuses: HashMap<u16, u64>,
    outcomes: HashMap<String, u64>,
}

impl Seen {
    fn add(&mut self, (status, what): (u16, String)) {
        self.sent += 1;
        *self.statuses.entry(status).or_default() += 1;
        *self.outcomes.entry(what).or_default() += 1;
    }

    /// Returns how many responses had one of these outcomes. Each must have occurred.
    fn of(&self, outcomes: &[&str]) -> u64 {
        outcomes.iter().map(|&outcome| self.outcomes[outcome]).sum()
    }
}

/// The metrics of a service: each value by its name and labels.
struct ServiceMetrics(HashMap<String, u64>);

impl ServiceMetrics {
    async fn by(service: &Service, http: &Client) -> Self {
        let response = http.get(format!("http://{}/metrics", service.metrics)).send().await.unwrap();
        let text = response.text().await.unwrap();
        let number = |line: &str| {
            let (name, value) = line.rsplit_once(' ')?;
            Some((name.to_owned(), value.parse::<f64>().ok()? as u64))
        };
        Self(text.lines().filter(|line| !line.starts_with('#')).filter_map(number).collect())
    }

    fn one(&self, name: &str) -> u64 {
        *self.0.get(name).unwrap_or_else(|| panic!("{name} is not in {:?}", self.0.keys()))
    }

    fn outcome(&self, name: &str, outcome: &str) -> u64 {
        self.one(&format!("{name}{{outcome=\"{outcome}\"}}"))
    }

    /// Returns the sum of the metrics whose name and labels begin with `prefix`.
    fn sum(&self, prefix: &str) -> u64 {
        self.0.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(_, value)| value).sum()
    }

    /// Returns the number of requests with a drawing.
    fn drawn(&self) -> u64 {
        ROUTES.map(|route| self.sum(&format!("digits_requests_total{{{route}"))).iter().sum()
    }

    /// Returns the number of requests with a drawing that got this status.
    fn answered(&self, status: u16) -> u64 {
        let name = |route| format!("digits_requests_total{{{route},outcome=\"{status}\"}}");
        ROUTES.map(|route| self.0.get(&name(route)).copied().unwrap_or(0)).iter().sum()
    }
}

/// The labels of the routes that take drawings.
const ROUTES: [&str; 2] = ["route=\"/predict\",method=\"POST\"", "route=\"/explain\",method=\"POST\""];

/// The number of occluded bitmaps that the network classifies to explain a drawing.
const WINDOWS: u64 = 25;

#[tokio::test(flavor = "multi_thread")]
async fn each_service_counts_the_outcome_of_every_drawing_once() {
    let requests_at_a_time = NonZeroUsize::MIN.saturating_add(15);
    let stack = Stack::with_request_limit(start_small_model().await, empty_database().await, requests_at_a_time).await;
    stack.until_ready().await;
    let mut seen = Seen::default();
    for request in requests(&stack) {
        // Sequential requests never exceed a limit.
        seen.add(outcome(request).await);
    }
    let crowd: JoinSet<_> = (0..25).flat_map(|_| requests(&stack)).map(outcome).collect();
    crowd.join_all().await.into_iter().for_each(|outcome| seen.add(outcome));
    let answered = seen.of(&["stored", "preview", "explained"]);
    let (invalid_input, overloaded) = (seen.of(&["blank_image"]), seen.of(&["overloaded"]));

    let api = ServiceMetrics::by(&stack.api, &stack.http).await;
    let model = ServiceMetrics::by(stack.model.as_ref().unwrap(), &stack.http).await;
    assert_eq!(api.drawn(), seen.sent);
    let timed = ROUTES.map(|route| api.one(&format!("digits_request_seconds_count{{{route}}}")));
    assert_eq!(timed.iter().sum::<u64>(), seen.sent);
    for (&status, &times) in &seen.statuses {
        assert_eq!(api.answered(status), times, "{status}");
    }

    let requests = |outcome| api.outcome("digits_model_requests_total", outcome);
    // Some requests exceeded the limit of the web service, and some others exceeded the slots of the model service.
    let (no_slot, busy) = (requests("no_slot"), requests("busy"));
    assert!(no_slot > 0 && busy > 0);
    assert_eq!((requests("answered"), no_slot + busy), (answered, overloaded));
    let asked = api.sum("digits_model_requests_total") - no_slot;
    assert_eq!(requests("rejected"), invalid_input + seen.of(&["unknown_model"]));
    assert_eq!((requests("unavailable"), requests("cancelled")), (0, 0));
    // The web service itself rejects a body that is no image, or an image with an invalid structure.
    let not_asked = seen.of(&["not_an_image", "corrupt_image", "unsupported_media_type"]);
    assert_eq!(asked + no_slot + not_asked, seen.sent);
    assert_eq!((model.drawn(), api.one("digits_model_request_seconds_count")), (asked, asked));
    assert_eq!((model.answered(200), model.answered(429)), (answered, busy));

    let drawings = |outcome| model.outcome("digits_drawings_total", outcome);
    assert_eq!(model.sum("digits_drawings_total") + seen.of(&["unknown_model"]), asked);
    assert_eq!((drawings("done"), drawings("invalid_input")), (answered, invalid_input));
    assert_eq!(drawings("busy") + drawings("timed_out"), busy);
    assert_eq!((drawings("failed"), drawings("client_disconnected")), (0, 0));
    assert_eq!(model.one("digits_preprocessing_seconds_count"), answered + invalid_input + drawings("timed_out"));
    assert_eq!(model.one("digits_queue_seconds_count"), answered);
    assert_eq!(model.one("digits_batch_drawings_sum"), answered + WINDOWS * seen.of(&["explained"]));
    assert_eq!(model.one("digits_batch_drawings_count"), model.one("digits_compute_seconds_count"));
    assert_eq!((model.one("digits_drawings_waiting"), model.one("digits_worker_restarts_total")), (0, 0));
    // One version serves, and it is the wanted one.
    assert_eq!(model.sum("digits_model_info"), 2);

    let rows = seen.of(&["stored"]);
    assert_eq!((api.outcome("digits_predictions_total", "stored"), api.sum("digits_predictions_total")), (rows, rows));
    assert_eq!(u64::try_from(stack.rows().await), Ok(rows));
    assert_eq!(api.one("digits_statement_rows_sum"), rows);
    assert_eq!(api.one("digits_statement_rows_count"), api.one("digits_statement_seconds_count"));
    assert_eq!((api.one("digits_statement_failures_total"), api.one("digits_predictions_waiting")), (0, 0));
}

#[tokio::test]
async fn metrics_have_a_separate_address_and_describe_the_build_and_the_process() {
    let stack = Stack::start().await;
    for service in [&stack.api, stack.model.as_ref().unwrap()] {
        let published = format!("http://{}", service.address);
        let metrics = stack.http.get(format!("{published}/metrics")).send().await.unwrap();
        assert_eq!(metrics.status(), StatusCode::NOT_FOUND, "the public address has no metrics");
        let document = stack.http.get(format!("{published}/openapi.json")).send().await.unwrap().text().await.unwrap();
        assert!(!document.contains("/metrics"), "{document}");
        let livez = stack.http.get(format!("http://{}/livez", service.metrics)).send().await.unwrap();
        assert_eq!(livez.status(), StatusCode::NOT_FOUND, "the address of the metrics serves nothing else");

        let shown = ServiceMetrics::by(service, &stack.http).await;
        assert_eq!(shown.sum("digits_build_info{version="), 1);
        for name in ["process_resident_memory_bytes", "process_start_time_seconds", "process_open_fds"] {
            assert!(shown.one(name) > 0, "{name}");
        }
    }
}

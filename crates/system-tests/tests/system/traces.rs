//! Logs and traces: each service logs a line for a request, and with a collector the request has a trace with the spans
//! of both services.

use crate::{
    drawings,
    stack::{ANY, MODEL_REQUESTS, empty_database, migrated_store, model_client, root},
};
use api::{Api, Settings};
use axum::{Router, body::Bytes, extract::State, routing::post};
use model::{Engine, Limits, Model, Registry};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::any_value::Value::StringValue,
    trace::v1::{Span, span::SpanKind},
};
use prost::Message;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use service::{Connections, LogFormat, Metrics, Readiness, TelemetryOptions};
use std::{
    io::{self, Write},
    net::{SocketAddr, TcpListener},
    num::NonZeroUsize,
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};
use tokio::{runtime, sync::oneshot, task};

/// The log lines of a service.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Returns the lines that contain `part`.
    fn with(&self, part: &str) -> Vec<String> {
        self.text().lines().filter(|line| line.contains(part)).map(str::to_owned).collect()
    }
}

/// A service on a separate thread, with the logs and traces of a process.
struct TracedService {
    address: SocketAddr,
    log: Log,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl TracedService {
    async fn start<A>(name: &'static str, options: &TelemetryOptions, app: A) -> Self
    where
        A: FnOnce(Readiness) -> Router + Send + 'static,
    {
        let (log, options) = (Log::default(), options.clone());
        let (listening, address) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let lines = log.clone();
        let serve = async move {
            let listener = tokio::net::TcpListener::bind(ANY).await.unwrap();
            listening.send(listener.local_addr().unwrap()).unwrap();
            let readiness = Readiness::default();
            let (app, stop) = (app(readiness.clone()), async { drop(stopped.await) });
            service::serve(listener, app, Connections::default(), readiness, stop).await.unwrap();
        };
        let thread = thread::spawn(move || {
            let (subscriber, _telemetry) = options.subscriber(name, move || lines.clone(), false).unwrap();
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            tracing::subscriber::with_default(subscriber, || runtime.block_on(serve));
        });
        Self { address: address.await.unwrap(), log, stop, thread }
    }

    /// Stops the service as on SIGTERM, and returns its log.
    async fn stop(self) -> Log {
        drop(self.stop);
        task::spawn_blocking(|| self.thread.join()).await.unwrap().unwrap();
        self.log
    }
}

/// Both services, with logs and traces.
struct Pair {
    model: TracedService,
    api: TracedService,
    http: Client,
}

impl Pair {
    /// Starts both. The model service trusts the trace context of the web service. The web service trusts that of its
    /// clients if the options say so.
    async fn start(options: TelemetryOptions) -> Self {
        let trusts_trace_context = options.trust_trace_context;
        let models = root().join("models");
        let limits = Limits {
            workers: NonZeroUsize::MIN,
            slots: NonZeroUsize::MIN.saturating_add(63),
            patience: Duration::from_secs(10),
        };
        let champion = network::champion(&models).unwrap();
        let registry = Arc::new(Registry::open(models, &champion, limits.workers).unwrap());
        let engine = Arc::new(Engine::new(limits));
        let app = |readiness| {
            let model = Model { engine, registry, readiness, trusts_trace_context: true };
            model::app(model, &mut Metrics::default())
        };
        let model = TracedService::start("digits-model", &options, app).await;

        let client = model_client(&[model.address], MODEL_REQUESTS).await;
        let database = empty_database().await;
        let app = move |readiness| {
            let (store, _) = migrated_store(&database);
            let settings = Settings { trusts_trace_context, ..Settings::default() };
            let api = Api::new(store, client, readiness, settings);
            api::app(api, &mut Metrics::default())
        };
        let api = TracedService::start("digits-api", &options, app).await;
        let pair = Self { model, api, http: Client::builder().no_proxy().build().unwrap() };
        while pair.ask("/readyz").await != StatusCode::OK {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        pair
    }

    async fn ask(&self, path: &str) -> StatusCode {
        self.http.get(format!("http://{}{path}", self.api.address)).send().await.unwrap().status()
    }

    /// Requests a prediction of an eight, and returns its latency.
    async fn predict(&self, query: &str, headers: &[(&str, &str)]) -> Duration {
        let eight = drawings::all()[8].to_string();
        let request = self.http.post(format!("http://{}/predict{query}", self.api.address)).body(eight);
        let request = request.header("content-type", "application/json");
        let began = Instant::now();
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
        began.elapsed()
    }

    /// Stops both and returns their logs: the web service's and the model service's.
    async fn stop(self) -> [Log; 2] {
        [self.api.stop().await, self.model.stop().await]
    }
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

const STATE: &str = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";

/// Both services continue the traces of all clients.
const TRUSTING: TelemetryOptions = TelemetryOptions {
    log_format: LogFormat::Text,
    otlp_endpoint: None,
    otlp_headers_file: None,
    trust_trace_context: true,
};

fn traceparent() -> String {
    format!("00-{TRACE}-{CALLER}-01")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_one_line_in_each_log_and_both_name_its_trace() {
    let pair = Pair::start(TRUSTING).await;
    let headers = [("traceparent", &*traceparent()), ("authorization", "Bearer hush"), ("cookie", "hush=hush")];
    pair.predict("?preview=true&token=hush", &headers).await;
    pair.predict("", &[("traceparent", "hush")]).await;
    for log in pair.stop().await {
        let lines = log.with(TRACE);
        assert_eq!(lines.len(), 1, "{}", log.text());
        for part in ["INFO request{method=POST path=\"/predict\" ", "answered status=200 seconds=0."] {
            assert!(lines[0].contains(part), "{part}: {}", lines[0]);
        }
        assert_eq!(log.with("/predict").len(), 2, "the other request has a separate trace");
        assert!(!log.text().contains("hush"), "{}", log.text());
        assert!(!log.text().contains("readyz"), "the log has no probes: {}", log.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn log_lines_are_json_on_request() {
    let pair = Pair::start(TelemetryOptions { log_format: LogFormat::Json, ..TRUSTING }).await;
    pair.predict("", &[("traceparent", &traceparent())]).await;
    let [api, model] = pair.stop().await;
    for log in [&api, &model] {
        let lines: Vec<Value> = log.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let answered: Vec<&Value> = lines.iter().filter(|line| line["span"]["trace_id"] == TRACE).collect();
        assert_eq!(answered.len(), 1, "{lines:?}");
        let line = answered[0];
        assert_eq!(
            (&line["status"], &line["message"], &line["level"]),
            (&200.into(), &"answered".into(), &"INFO".into())
        );
        assert_eq!((&line["span"]["method"], &line["span"]["path"]), (&"POST".into(), &"/predict".into()));
        assert!(line["seconds"].as_f64().is_some_and(|seconds| (0.0..60.0).contains(&seconds)), "{line}");
    }
    let line: Value = serde_json::from_str(&api.with(TRACE)[0]).unwrap();
    assert_eq!((&line["span"]["prediction"], &line["span"]["verdict"]), (&8.into(), &"digit".into()));
}

/// A collector that stores the spans that it receives, each with the name of its service.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<(String, Span)>>>);

impl Collector {
    /// Starts a collector, and returns it with its address.
    async fn start() -> (Self, String) {
        let collector = Self::default();
        let listener = tokio::net::TcpListener::bind(ANY).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().route("/v1/traces", post(collect)).with_state(collector.clone());
        tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
        (collector, address)
    }

    /// Returns the only span of this service with this name and kind.
    fn span(&self, service: &str, name: &str, kind: SpanKind) -> Span {
        let spans = self.0.lock().unwrap();
        let is_it = |(of, span): &&(String, Span)| {
            of == service && span.name == name && span.kind() == kind && hex(&span.trace_id) == TRACE
        };
        let found: Vec<_> = spans.iter().filter(is_it).collect();
        assert_eq!(found.len(), 1, "{service} {name}: {spans:?}");
        found[0].1.clone()
    }
}

async fn collect(State(collector): State<Collector>, body: Bytes) {
    for of_service in ExportTraceServiceRequest::decode(body).unwrap().resource_spans {
        let attributes = of_service.resource.unwrap().attributes;
        let name = attributes.into_iter().find(|attribute| attribute.key == "service.name").unwrap();
        let Some(StringValue(name)) = name.value.unwrap().value else { panic!("a name is text") };
        let spans = of_service.scope_spans.into_iter().flat_map(|scope| scope.spans);
        collector.0.lock().unwrap().extend(spans.map(|span| (name.clone(), span)));
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_gets_one_trace_with_the_spans_of_both_services() {
    let (collector, address) = Collector::start().await;
    let pair = Pair::start(TelemetryOptions { otlp_endpoint: Some(address), ..TRUSTING }).await;
    pair.predict("", &[("traceparent", &traceparent()), ("tracestate", STATE)]).await;
    pair.predict("", &[]).await;
    let logs = pair.stop().await;

    let api = collector.span("digits-api", "POST /predict", SpanKind::Server);
    let ask = collector.span("digits-api", "ask the model", SpanKind::Client);
    let keep = collector.span("digits-api", "keep", SpanKind::Internal);
    let model = collector.span("digits-model", "POST /predict", SpanKind::Server);
    let preprocess = collector.span("digits-model", "preprocess", SpanKind::Internal);
    let classify = collector.span("digits-model", "classify", SpanKind::Internal);
    assert_eq!(hex(&api.parent_span_id), CALLER);
    assert_eq!((&ask.parent_span_id, &keep.parent_span_id), (&api.span_id, &api.span_id));
    assert_eq!(model.parent_span_id, ask.span_id);
    assert_eq!((&preprocess.parent_span_id, &classify.parent_span_id), (&model.span_id, &model.span_id));
    assert_eq!([&*api.trace_state, &*ask.trace_state, &*model.trace_state], [STATE; 3], "the state is forwarded");

    let spans = collector.0.lock().unwrap();
    assert_eq!(spans.len(), 12, "six of each request, and none of a probe: {spans:?}");
    let mut traces: Vec<String> = spans.iter().map(|(_, span)| hex(&span.trace_id)).collect();
    traces.sort();
    traces.dedup();
    assert_eq!(traces.len(), 2);
    for log in logs {
        for trace in &traces {
            assert_eq!(log.with(trace).len(), 1, "the log names the trace that the collector has: {}", log.text());
        }
        assert!(!log.text().contains("classify"), "the log has no spans: {}", log.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trace_context_of_an_untrusted_client_is_ignored() {
    let (collector, address) = Collector::start().await;
    let pair = Pair::start(TelemetryOptions { otlp_endpoint: Some(address), ..TelemetryOptions::default() }).await;
    let not_sampled = format!("00-{TRACE}-{CALLER}-00");
    pair.predict("", &[("traceparent", &not_sampled), ("tracestate", STATE)]).await;
    for log in pair.stop().await {
        assert!(log.with(TRACE).is_empty(), "{}", log.text());
    }
    let spans = collector.0.lock().unwrap();
    assert_eq!(spans.len(), 6, "all of both services: {spans:?}");
    let trace = &spans[0].1.trace_id;
    assert!(hex(trace) != TRACE && spans.iter().all(|(_, span)| span.trace_id == *trace), "one trace: {spans:?}");
    assert!(spans.iter().all(|(_, span)| span.trace_state.is_empty()), "{spans:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unavailable_or_hanging_collector_does_not_affect_clients() {
    let (closed, hanging) = (TcpListener::bind(ANY).unwrap(), TcpListener::bind(ANY).unwrap());
    for (listener, is_open) in [(closed, false), (hanging, true)] {
        let address = format!("http://{}", listener.local_addr().unwrap());
        let _open = is_open.then_some(listener);
        let pair = Pair::start(TelemetryOptions { otlp_endpoint: Some(address), ..TelemetryOptions::default() }).await;
        for _ in 0..20 {
            let took = pair.predict("", &[]).await;
            assert!(took < Duration::from_secs(5), "{took:?}");
        }
        let began = Instant::now();
        for log in pair.stop().await {
            assert_eq!(log.with("answered status=200").len(), 20, "{}", log.text());
        }
        assert!(began.elapsed() < Duration::from_secs(8), "the stop took {:?}", began.elapsed());
    }
}

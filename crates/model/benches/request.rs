//! Benchmarks one client against the model service, which runs in this process on its own port: the time of a request,
//! and the time of its parts. The service writes no log lines.

use criterion::{Criterion, criterion_group, criterion_main};
use mimalloc::MiMalloc;
use model::{Engine, Limits, Model, Registry, app};
use service::{Connections, Metrics, Readiness};
use std::{
    future,
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    num::NonZeroUsize,
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, runtime::Runtime};
use wire::Input;

/// The allocator of the service.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const PNG: &[u8] = include_bytes!("../../../examples/eight.png");
const STROKES: &[u8] = include_bytes!("../../../examples/eight.json");
const PIXELS: &[u8] = include_bytes!("../../../examples/eight-pixels.json");

fn model() -> Model {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let champion = network::champion(&folder).expect("a champion is committed");
    let limits = Limits {
        workers: NonZeroUsize::MIN,
        slots: NonZeroUsize::MIN.saturating_add(63),
        patience: Duration::from_secs(10),
    };
    let registry = Registry::open(folder, &champion, limits.workers).expect("the champion loads");
    let engine = Engine::new(limits);
    Model {
        engine: Arc::new(engine),
        registry: Arc::new(registry),
        readiness: Readiness::default(),
        trusts_trace_context: false,
    }
}

/// Serves until the runtime ends.
fn serve(runtime: &Runtime, model: Model) -> io::Result<SocketAddr> {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    runtime.spawn(service::serve(
        listener,
        app(model.clone(), &mut Metrics::default()),
        Connections::default(),
        model.readiness,
        future::pending(),
    ));
    Ok(address)
}

/// A persistent connection.
struct Client(BufReader<TcpStream>);

impl Client {
    fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a request and returns the body of the response.
    ///
    /// # Panics
    /// If the status is not 200, or if no response arrives.
    fn ask(&mut self, request: &[u8]) -> Vec<u8> {
        self.0.get_mut().write_all(request).expect("the service reads");
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let start = head.len();
            assert!(self.0.read_line(&mut head).expect("the service answers") > 0, "the service closed: {head}");
            if let Some(number) = head[start..].strip_prefix("content-length: ") {
                length = number.trim().parse().expect("a length is a number");
            }
        }
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("the answer is whole");
        body
    }
}

fn post(media_type: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST /predict HTTP/1.1\r\nhost: model\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn http(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("threads can be started");
    let mut client = Client::connect(serve(&runtime, model()).expect("a port is free")).expect("the service listens");
    let mut group = criterion.benchmark_group("http");
    for (name, request) in [
        ("livez", b"GET /livez HTTP/1.1\r\nhost: model\r\n\r\n".to_vec()),
        ("predict, pixels", post("application/json", PIXELS)),
        ("predict, strokes", post("application/json", STROKES)),
        ("predict, PNG", post("image/png", PNG)),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| client.ask(&request)));
    }
    group.finish();
}

/// Benchmarks the engine without HTTP and JSON: preprocessing, the queue and the network.
fn engine(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("threads can be started");
    let model = model();
    let network = model.registry.serving();
    let mut group = criterion.benchmark_group("engine");
    for (name, input) in [
        ("pixels", Input::json(PIXELS.into()).expect("the example is a bitmap")),
        ("strokes", Input::json(STROKES.into()).expect("the example is a drawing")),
        ("PNG", Input::image(PNG.into()).expect("the example is an image")),
    ] {
        let recognise = || runtime.block_on(model.engine.recognise(network.clone(), input.clone()));
        group.bench_function(name, |bencher| bencher.iter(recognise));
    }
    group.finish();
}

criterion_group!(benches, http, engine);
criterion_main!(benches);

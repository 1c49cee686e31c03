//! Tests of connections over real sockets, with a clock that the test advances.

use super::*;
use axum::{
    body::Bytes,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use rlimit::Resource;
use std::{
    future::pending,
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::Notify,
    task::JoinHandle,
    time::advance,
};
use wire::PROBLEM_MEDIA_TYPE;

/// How long a test waits for the end of a connection.
const HANGS: Duration = Duration::from_mins(10);

/// Signals that a request has begun, and that it may end.
#[derive(Debug, Clone, Default)]
struct Gate {
    begun: Arc<Notify>,
    may_end: Arc<Notify>,
}

async fn slow(State(gate): State<Gate>) -> &'static str {
    gate.begun.notify_one();
    gate.may_end.notified().await;
    "done"
}

/// Starts a service with these limits.
async fn start(limits: ConnectionLimits) -> (SocketAddr, Connections, Gate) {
    let routes = Router::new()
        .route("/livez", get(async || "ok"))
        .route("/large", get(async || vec![b'-'; 64 << 20]))
        .route("/length", post(async |body: Bytes| body.len().to_string()))
        .route("/slow", get(slow));
    let (connections, gate) = (Connections::new(limits), Gate::default());
    let app = crate::with_layers(routes.with_state(gate.clone()).into());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let accepting = connections.clone();
    tokio::spawn(async move { accepting.accept(listener, app, pending()).await.map(drop) });
    (address, connections, gate)
}

fn at_most(connections: usize) -> ConnectionLimits {
    ConnectionLimits { connections, ..ConnectionLimits::default() }
}

/// A connection that has sent this text.
async fn connect(address: SocketAddr, sent: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    stream
}

/// Reads until the service closes the connection.
async fn read(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    timeout(HANGS, stream.read_to_string(&mut answer)).await.expect("the connection stays open").unwrap();
    answer
}

async fn ask(address: SocketAddr, path: &str) -> String {
    read(connect(address, &format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).await).await
}

async fn until(holds: impl Fn() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}

fn counted(connections: &Connections, outcome: Outcome) -> u64 {
    let (mut registry, mut text) = (Registry::default(), String::new());
    connections.register(&mut registry);
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    let name = format!("connections_total{{outcome=\"{}\"}} ", outcome.name());
    text.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
}

/// Waits until all connections have sent a request. The clock stands still meanwhile.
async fn until_used(connections: &Connections, open: usize) {
    until(|| connections.open() == open && connections.unused.lock().waiting.is_empty()).await;
}

/// Stops the clock until this is dropped or the test advances it. A paused clock does not suffice: Tokio advances it
/// while bytes are in transit.
struct StoppedClock(JoinHandle<()>);

impl StoppedClock {
    fn new() -> Self {
        Self(tokio::spawn(async {
            loop {
                tokio::task::yield_now().await;
            }
        }))
    }
}

impl Drop for StoppedClock {
    fn drop(&mut self) {
        self.0.abort();
    }
}

const HALF: &str = "GET /livez HTTP/1.1\r\nhost: x\r\n";

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_complete_request_is_closed() {
    let (address, connections, _) = start(at_most(8)).await;
    let half_sent = [connect(address, HALF).await, connect(address, "").await, connect(address, "G").await];
    until(|| connections.open() == 3).await;
    for stream in half_sent {
        assert_eq!(read(stream).await, "");
    }
    until(|| connections.open() == 0).await;
    assert_eq!(counted(&connections, Outcome::HeaderTimeout), 3);
    let _clock = StoppedClock::new();
    assert!(ask(address, "/livez").await.ends_with("ok"));
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed() {
    let (address, connections, _) = start(at_most(8)).await;
    let stream = connect(address, &"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n".repeat(2)).await;
    until_used(&connections, 1).await;
    assert_eq!(read(stream).await.matches("200 OK").count(), 2);
    until(|| connections.open() == 0).await;
    assert_eq!(counted(&connections, Outcome::IdleTimeout), 1);
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_is_read_for_a_minute_and_then_rejected() {
    let (address, connections, _) = start(at_most(8)).await;
    let _clock = StoppedClock::new();
    let head = "POST /length HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 5000000\r\n\r\n";
    for (pause, status) in [(5, StatusCode::OK), (7, StatusCode::REQUEST_TIMEOUT)] {
        let mut stream = connect(address, head).await;
        until_used(&connections, 1).await;
        for _ in 0..9 {
            stream.write_all(&vec![0; 500_000]).await.unwrap();
            advance(Duration::from_secs(pause)).await;
        }
        if status == StatusCode::OK {
            stream.write_all(&vec![0; 500_000]).await.unwrap();
        }
        assert!(read(stream).await.starts_with(&format!("HTTP/1.1 {}", status.as_u16())));
        until(|| connections.open() == 0).await;
    }
    assert_eq!(counted(&connections, Outcome::Closed), 2);
}

#[tokio::test]
async fn a_connection_beyond_the_limit_is_rejected_and_the_next_is_served_when_one_ends() {
    let (address, connections, gate) = start(at_most(2)).await;
    let busy = [0; 2].map(|_| tokio::spawn(ask(address, "/slow")));
    until_used(&connections, 2).await;
    gate.begun.notified().await;

    let refused = ask(address, "/livez").await;
    let (head, body) = refused.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 503 ") && head.contains("\r\nretry-after: 1\r\n"), "{head}");
    assert!(head.ends_with("connection: close") && head.contains(PROBLEM_MEDIA_TYPE), "{head}");
    assert!(body.contains("\"code\":\"too_many_connections\""), "{body}");
    assert_eq!(counted(&connections, Outcome::Refused), 1);

    gate.may_end.notify_waiters();
    for answer in busy {
        assert!(answer.await.unwrap().ends_with("done"));
    }
    until(|| connections.open() == 0).await;
    assert!(ask(address, "/livez").await.ends_with("ok"));
    assert_eq!(counted(&connections, Outcome::Closed), 3);
}

#[tokio::test]
async fn the_oldest_unused_connection_is_displaced_by_a_new_one() {
    let (address, connections, _) = start(at_most(2)).await;
    let oldest = connect(address, HALF).await;
    until(|| connections.open() == 1).await;
    let mut newest = connect(address, HALF).await;
    until(|| connections.open() == 2).await;
    assert!(ask(address, "/livez").await.ends_with("ok"));
    assert_eq!(read(oldest).await, "");
    newest.write_all(b"connection: close\r\n\r\n").await.unwrap();
    assert!(read(newest).await.ends_with("ok"));
    let ends = [Outcome::Displaced, Outcome::Refused, Outcome::Closed];
    until(|| connections.open() == 0).await;
    assert_eq!(ends.map(|outcome| counted(&connections, outcome)), [1, 0, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_whose_client_reads_nothing_is_closed() {
    let (address, connections, _) = start(at_most(8)).await;
    let unread = connect(address, "GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
    until_used(&connections, 1).await;
    while connections.open() == 1 {
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(counted(&connections, Outcome::SendTimeout), 1);
    drop(unread);
}

#[test]
fn the_limit_of_open_files_is_raised_to_the_systems_limit() {
    let options = ConnectionOptions {
        max_connections: NonZeroUsize::MIN,
        header_timeout_seconds: NonZeroU32::MIN,
        send_timeout_seconds: NonZeroU32::MIN,
    };
    assert_eq!(options.limits().connections, 1);
    let (current, most) = Resource::NOFILE.get().unwrap();
    assert_eq!(current, most);
}

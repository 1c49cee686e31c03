//! The connections of a service: how many may be open, and how long a client may keep one waiting.

use crate::{ApiError, Outcomes, metrics::Reading};
use axum::{Router, body::Body, http::Request};
use clap::Args;
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use prometheus_client::registry::Registry;
use rustix::{
    net::{listen, sockopt::set_socket_send_buffer_size},
    process::{Resource, Rlimit, getrlimit, setrlimit},
};
use std::{
    collections::BTreeMap,
    error::Error,
    future::pending,
    io,
    num::{NonZeroU32, NonZeroUsize},
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutWriter;
use wire::{Code, PROBLEM_MEDIA_TYPE};

/// The largest head of a request, and about what a connection buffers besides, in bytes.
const BUFFER_BYTES: usize = 16 << 10;

/// What the system may buffer of an answer, in bytes. Linux tells that there is room again when a third of it is sent, so
/// that it also says how much a client must take in time.
const SEND_BUFFER_BYTES: usize = 128 << 10;

/// Connections that may wait to be accepted, unless the system allows fewer: where many come at once, the system drops what
/// is beyond, and a client tries again after a second.
const BACKLOG: i32 = 4096;

/// Open files that are no connections: listeners, the database, the other service, connections that are refused, the log.
const OTHER_FILES: u64 = 256;

/// How long to wait before another try where no connection can be accepted, for want of open files or memory.
const RETRY: Duration = Duration::from_millis(100);

/// Connections that are told at a time that there are too many, and how long each may take; more are closed without a word.
const REFUSALS: usize = 64;
const REFUSAL_LIMIT: Duration = Duration::from_secs(1);

/// What is read of a request that is refused, in bytes: a connection that is closed with more unread may lose its answer.
const REFUSED_BYTES: u64 = 64 << 10;

/// Limits on connections, by flag or by environment.
#[derive(Debug, Clone, Args)]
pub struct ConnectionOptions {
    /// Connections that may be open at a time. Where the system allows the process fewer open files, fewer.
    #[arg(long, env = "MAX_CONNECTIONS", default_value = "4096")]
    pub max_connections: NonZeroUsize,
    /// Seconds in which a request's head must arrive, and after an answer the next request on the same connection.
    #[arg(long, env = "HEADER_TIMEOUT_SECONDS", default_value = "10")]
    pub header_timeout_seconds: NonZeroU32,
    /// Seconds after which a connection is closed whose client takes nothing of its answer.
    #[arg(long, env = "SEND_TIMEOUT_SECONDS", default_value = "30")]
    pub send_timeout_seconds: NonZeroU32,
}

impl ConnectionOptions {
    /// The limits, after the system was asked for as many open files as it allows.
    #[must_use]
    pub fn limits(&self) -> ConnectionLimits {
        let files = usize::try_from(raise_open_files().saturating_sub(OTHER_FILES)).unwrap_or(usize::MAX).max(1);
        let most = self.max_connections.get();
        if files < most {
            tracing::warn!(most, files, "fewer connections are accepted: the system allows too few open files");
        }
        let seconds = |seconds: NonZeroU32| Duration::from_secs(seconds.get().into());
        ConnectionLimits {
            connections: most.min(files),
            header_timeout: seconds(self.header_timeout_seconds),
            send_timeout: seconds(self.send_timeout_seconds),
        }
    }
}

/// Raises the number of files that this process may have open to the most that it may set; returns it.
fn raise_open_files() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum && setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok() {
        return maximum.unwrap_or(u64::MAX);
    }
    current.unwrap_or(u64::MAX)
}

/// Limits on connections.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// How many may be open at a time.
    pub connections: usize,
    /// In what time a request's head must arrive, and after an answer the next request.
    pub header_timeout: Duration,
    /// How long a client may take nothing of its answer.
    pub send_timeout: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self { connections: 4096, header_timeout: Duration::from_secs(10), send_timeout: Duration::from_secs(30) }
    }
}

/// A service's connections; a clone is the same ones.
#[derive(Debug, Clone)]
pub struct Connections {
    limits: ConnectionLimits,
    /// A permit for each connection that may be open.
    slots: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
    unused: Arc<Unused>,
    outcomes: Outcomes,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The client or the service closed it, or it broke.
    Closed,
    /// No further request came in time.
    IdleTimeout,
    /// The first request's head did not come in time.
    HeaderTimeout,
    /// The client took nothing of its answer for too long.
    SendTimeout,
    /// It had sent no whole head when another connection needed its slot.
    Displaced,
    /// There were too many.
    Refused,
}

impl Outcome {
    const ALL: [Self; 6] =
        [Self::Closed, Self::IdleTimeout, Self::HeaderTimeout, Self::SendTimeout, Self::Displaced, Self::Refused];

    const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::IdleTimeout => "idle_timeout",
            Self::HeaderTimeout => "header_timeout",
            Self::SendTimeout => "send_timeout",
            Self::Displaced => "displaced",
            Self::Refused => "refused",
        }
    }

    /// How a connection ended that had or had not sent a request.
    fn of(result: &hyper::Result<()>, is_used: bool) -> Self {
        match result {
            Err(error) if error.is_timeout() && is_used => Self::IdleTimeout,
            Err(error) if error.is_timeout() => Self::HeaderTimeout,
            Err(error) if is_send_timeout(error) => Self::SendTimeout,
            _ => Self::Closed,
        }
    }
}

/// Whether [`TimeoutWriter`] gave up.
fn is_send_timeout(error: &hyper::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::TimedOut)
}

impl Default for Connections {
    fn default() -> Self {
        Self::new(ConnectionLimits::default())
    }
}

impl Connections {
    /// None yet, within these limits.
    #[must_use]
    pub fn new(limits: ConnectionLimits) -> Self {
        Self {
            limits,
            slots: Arc::new(Semaphore::new(limits.connections)),
            refusals: Arc::new(Semaphore::new(REFUSALS)),
            unused: Arc::default(),
            outcomes: Outcomes::new(Outcome::ALL.map(Outcome::name)),
        }
    }

    /// Shows how many are open, and how the others ended.
    pub fn register(&self, registry: &mut Registry) {
        self.outcomes.register(registry, "connections", "Connections that ended, by why");
        let connections = self.clone();
        let read = move || connections.open() as u64;
        registry.register_collector(Box::new(Reading {
            name: "connections_open",
            help: "Connections that are open.",
            read,
        }));
    }

    /// How many are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.limits.connections - self.slots.available_permits()
    }

    /// Accepts connections and serves them until this ends; those that remain finish with what is returned.
    ///
    /// # Errors
    /// When the listener cannot be set up.
    pub(crate) async fn accept(
        &self,
        listener: TcpListener,
        app: Router,
        until: impl Future<Output = ()>,
    ) -> io::Result<GracefulShutdown> {
        listen(&listener, BACKLOG)?;
        set_socket_send_buffer_size(&listener, SEND_BUFFER_BYTES)?; // which its connections inherit
        let (graceful, mut until, mut is_failing) = (GracefulShutdown::new(), pin!(until), false);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut until => break,
            };
            match accepted {
                Ok((stream, _)) => {
                    is_failing = false;
                    self.admit(stream, &app, graceful.watcher());
                }
                Err(error) if is_the_clients(&error) => {}
                Err(error) => {
                    if !is_failing {
                        tracing::error!(%error, "no connection can be accepted");
                    }
                    is_failing = true;
                    sleep(RETRY).await;
                }
            }
        }
        while self.unused.displace_oldest() {}
        Ok(graceful)
    }

    /// Serves a connection if there is a slot, or one that another has not made use of yet.
    fn admit(&self, stream: TcpStream, app: &Router, watcher: Watcher) {
        let (connections, app) = (self.clone(), app.clone());
        if let Ok(slot) = self.slots.clone().try_acquire_owned() {
            tokio::spawn(async move { connections.serve(stream, app, watcher, slot).await });
        } else if self.unused.displace_oldest() {
            tokio::spawn(async move {
                if let Ok(slot) = connections.slots.clone().acquire_owned().await {
                    connections.serve(stream, app, watcher, slot).await;
                }
            });
        } else {
            self.outcomes.add(Outcome::Refused.name(), 1);
            if let Ok(permit) = self.refusals.clone().try_acquire_owned() {
                tokio::spawn(async move {
                    let _ = timeout(REFUSAL_LIMIT, refuse(stream)).await;
                    drop(permit);
                });
            }
        }
    }

    async fn serve(&self, stream: TcpStream, app: Router, watcher: Watcher, slot: OwnedSemaphorePermit) {
        let mut stream = TimeoutWriter::new(stream);
        stream.set_timeout(Some(self.limits.send_timeout));
        let (entry, displaced) = self.unused.enter();
        let (entry, app) = (&entry, &TowerToHyperService::new(app));
        let service = service_fn(move |request: Request<Incoming>| {
            entry.leave();
            app.call(request.map(Body::new))
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(self.limits.header_timeout).max_buf_size(BUFFER_BYTES);
        let connection = http.serve_connection(TokioIo::new(Box::pin(stream)), service);
        let outcome = tokio::select! {
            result = watcher.watch(connection) => Outcome::of(&result, entry.has_left()),
            () = displaced => Outcome::Displaced,
        };
        self.outcomes.add(outcome.name(), 1);
        drop(slot);
    }
}

/// Whether it is the connection that failed and not this process.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// Answers a request, whatever it is, with the problem that there are too many connections.
async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    // A client that is answered before it asks takes that for a mistake.
    stream.readable().await?;
    stream.write_all(refusal().as_bytes()).await?;
    stream.shutdown().await?;
    tokio::io::copy(&mut stream.take(REFUSED_BYTES), &mut tokio::io::sink()).await.map(drop)
}

fn refusal() -> String {
    let failure = ApiError::new(Code::TooManyConnections, "Too many connections are open. Try again in a moment.");
    let body = serde_json::to_string(&failure.problem).unwrap_or_default();
    let (status, length) = (failure.problem.status, body.len());
    format!(
        "HTTP/1.1 {status} Service Unavailable\r\ncontent-type: {PROBLEM_MEDIA_TYPE}\r\ncontent-length: {length}\r\n\
         retry-after: 1\r\nconnection: close\r\n\r\n{body}"
    )
}

/// Connections that have not sent a whole request yet, the oldest first. Each can be told that another needs its slot.
#[derive(Debug, Default)]
struct Unused(Mutex<Queue>);

#[derive(Debug, Default)]
struct Queue {
    next: u64,
    waiting: BTreeMap<u64, oneshot::Sender<()>>,
}

impl Unused {
    /// Adds a connection, which leaves with its first request or when it ends; the future ends when it is displaced.
    fn enter(self: &Arc<Self>) -> (Entry, impl Future<Output = ()> + use<>) {
        let (displace, displaced) = oneshot::channel();
        let mut queue = self.lock();
        let number = queue.next;
        queue.next += 1;
        queue.waiting.insert(number, displace);
        let displaced = async {
            if displaced.await.is_err() {
                pending::<()>().await; // it has left
            }
        };
        (Entry { unused: self.clone(), number }, displaced)
    }

    /// Tells the one that has waited for the longest; whether there is any.
    fn displace_oldest(&self) -> bool {
        let oldest = self.lock().waiting.pop_first();
        oldest.map(|(_, displace)| displace.send(())).is_some() // one that just ended gives its slot back, too
    }

    /// Nothing panics while it holds the lock.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the connections that are [`Unused`], until it leaves them.
#[derive(Debug)]
struct Entry {
    unused: Arc<Unused>,
    number: u64,
}

impl Entry {
    fn leave(&self) {
        self.unused.lock().waiting.remove(&self.number);
    }

    fn has_left(&self) -> bool {
        !self.unused.lock().waiting.contains_key(&self.number)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{
        body::Bytes,
        extract::State,
        http::StatusCode,
        routing::{get, post},
    };
    use std::net::SocketAddr;
    use tokio::{sync::Notify, task::JoinHandle, time::advance};

    /// How long a test waits for what should have happened at once.
    const HANGS: Duration = Duration::from_mins(10);

    /// Requests that have begun, and may end.
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

    /// A service with such limits, and its connections.
    async fn start(limits: ConnectionLimits) -> (SocketAddr, Connections, Gate) {
        let routes = Router::new()
            .route("/livez", get(async || "ok"))
            .route("/large", get(async || vec![b'-'; 64 << 20]))
            .route("/length", post(async |body: Bytes| body.len().to_string()))
            .route("/slow", get(slow));
        let (connections, gate) = (Connections::new(limits), Gate::default());
        let app = crate::with_layers(routes.with_state(gate.clone()).into(), &mut crate::Metrics::default(), false);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepting = connections.clone();
        tokio::spawn(async move { accepting.accept(listener, app, pending()).await.map(drop) });
        (address, connections, gate)
    }

    fn at_most(connections: usize) -> ConnectionLimits {
        ConnectionLimits { connections, ..ConnectionLimits::default() }
    }

    /// A connection on which this was sent.
    async fn connect(address: SocketAddr, sent: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        stream
    }

    /// All that comes until the other side closes.
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

    /// Waits until all connections have sent a request. Meanwhile no time passes by itself.
    async fn until_used(connections: &Connections, open: usize) {
        until(|| connections.open() == open && connections.unused.lock().waiting.is_empty()).await;
    }

    /// A clock that stands still until this is dropped, or the test moves it on. One that is merely paused goes on by itself
    /// while a connection's bytes are on their way.
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
    async fn a_connection_whose_request_never_comes_whole_is_closed() {
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
    async fn a_connection_that_is_kept_and_no_longer_used_is_closed() {
        let (address, connections, _) = start(at_most(8)).await;
        let stream = connect(address, &"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n".repeat(2)).await;
        until_used(&connections, 1).await;
        assert_eq!(read(stream).await.matches("200 OK").count(), 2);
        until(|| connections.open() == 0).await;
        assert_eq!(counted(&connections, Outcome::IdleTimeout), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_comes_slowly_within_a_minute_is_read_and_one_that_takes_longer_is_not() {
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
    async fn one_connection_too_many_is_told_so_and_the_next_is_served_when_one_ends() {
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
    async fn the_oldest_that_sent_no_whole_request_makes_room_for_the_next() {
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
    async fn an_answer_that_nobody_reads_is_given_up() {
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
    fn as_many_files_may_be_open_as_the_system_allows() {
        let raised = raise_open_files();
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        assert_eq!((current, raised), (maximum, maximum.unwrap_or(u64::MAX)));
    }
}

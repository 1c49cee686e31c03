//! The connections to one model service.

use axum::{
    body::Bytes,
    http::{Request, Response},
};
use futures_util::{
    FutureExt,
    future::{self, Either},
};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::{
    io,
    net::SocketAddr,
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, time::timeout};

/// How long a model service may take to accept a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);

/// How long an idle connection is kept. The model service keeps it longer, so no request uses a connection that is
/// being closed.
const IDLE_LIMIT: Duration = Duration::from_secs(5);

/// A request to a model service. Its target is a path with a query string.
pub(super) type ModelRequest = Request<Full<Bytes>>;

/// Why a request got no response.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectionError {
    #[error("cannot connect")]
    Connect(#[source] io::Error),
    #[error("the connection failed")]
    Http(#[from] hyper::Error),
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
}

/// The connections to a model service at one socket address.
#[derive(Debug)]
pub(super) struct Connections {
    socket: SocketAddr,
    /// The connections without a request, the one that was used last at the end.
    idle: Mutex<Vec<Idle>>,
}

#[derive(Debug)]
struct Idle {
    connection: Connection,
    since: Instant,
}

/// An open connection. The task of a request drives it itself, which is faster than a task for each connection, because no
/// task has to wake another one.
#[derive(Debug)]
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: http1::Connection<TokioIo<TcpStream>, Full<Bytes>>,
}

impl Connections {
    pub(super) fn new(socket: SocketAddr) -> Self {
        Self { socket, idle: Mutex::default() }
    }

    /// Sends a request and reads the whole response, within a limit of time. A connection whose request is cancelled is
    /// closed.
    pub(super) async fn exchange(
        &self,
        request: ModelRequest,
        limit: Duration,
    ) -> Result<Response<Bytes>, ConnectionError> {
        let exchange = async {
            let mut connection = match self.take_idle() {
                Some(connection) => connection,
                None => Connection::open(self.socket).await?,
            };
            let response = connection.exchange(request).await?;
            self.lock().push(Idle { connection, since: Instant::now() });
            Ok(response)
        };
        timeout(limit, exchange).await.unwrap_or(Err(ConnectionError::TimedOut(limit)))
    }

    /// Closes the connections that have been idle for too long.
    pub(super) fn close_idle(&self) {
        self.lock().retain(Idle::is_recent);
    }

    /// The idle connection that was used last, unless the model service has closed it.
    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.lock();
        while let Some(mut last) = idle.pop() {
            if last.is_recent() && last.connection.is_open() {
                return Some(last.connection);
            }
        }
        None
    }

    /// Locks the idle connections. No code panics while it holds the lock, so a poisoned lock still protects valid ones.
    fn lock(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Idle {
    fn is_recent(&self) -> bool {
        self.since.elapsed() < IDLE_LIMIT
    }
}

impl Connection {
    async fn open(socket: SocketAddr) -> Result<Self, ConnectionError> {
        let late = |_| Err(io::ErrorKind::TimedOut.into());
        let connected = timeout(CONNECT_LIMIT, TcpStream::connect(socket)).await.unwrap_or_else(late);
        let stream = connected.map_err(ConnectionError::Connect)?;
        stream.set_nodelay(true).map_err(ConnectionError::Connect)?;
        let (sender, driver) = http1::handshake(TokioIo::new(stream)).await?;
        Ok(Self { sender, driver })
    }

    /// Whether the model service keeps the connection open for another request.
    fn is_open(&mut self) -> bool {
        let has_ended = (&mut self.driver).now_or_never().is_some();
        !has_ended && self.sender.is_ready()
    }

    async fn exchange(&mut self, request: ModelRequest) -> hyper::Result<Response<Bytes>> {
        let Self { sender, driver } = self;
        let exchange = pin!(async {
            let (head, body) = sender.send_request(request).await?.into_parts();
            Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
        });
        match future::select(exchange, driver).await {
            Either::Left((response, _)) => response,
            // The connection has ended, with the whole response or with an error for it.
            Either::Right((_, exchange)) => exchange.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    const LIMIT: Duration = Duration::from_secs(10);

    /// A server in place of a model service, which closes each connection after so many responses.
    async fn connections(responses: usize) -> (Connections, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (socket, accepted) = (listener.local_addr().unwrap(), Arc::<AtomicUsize>::default());
        let count = accepted.clone();
        tokio::spawn(async move {
            loop {
                let mut stream = listener.accept().await.unwrap().0;
                count.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(async move {
                    for _ in 0..responses {
                        assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
                        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
                    }
                });
            }
        });
        (Connections::new(socket), accepted)
    }

    async fn ask(connections: &Connections) -> Result<Bytes, ConnectionError> {
        connections.exchange(ModelRequest::new(Full::default()), LIMIT).await.map(Response::into_body)
    }

    #[tokio::test]
    async fn requests_one_after_the_other_share_a_connection_and_concurrent_ones_do_not() {
        let (connections, accepted) = connections(9).await;
        for _ in 0..3 {
            assert_eq!(ask(&connections).await.unwrap(), "ok");
        }
        assert_eq!(accepted.load(Ordering::Relaxed), 1);
        let (one, other) = tokio::join!(ask(&connections), ask(&connections));
        assert_eq!((one.unwrap(), other.unwrap()), ("ok".into(), "ok".into()));
        assert_eq!((accepted.load(Ordering::Relaxed), connections.lock().len()), (2, 2));
    }

    #[tokio::test]
    async fn a_connection_that_the_service_has_closed_is_not_used_again() {
        let (connections, accepted) = connections(1).await;
        for requests in 1..=3 {
            assert_eq!(ask(&connections).await.unwrap(), "ok");
            assert_eq!(accepted.load(Ordering::Relaxed), requests);
            tokio::time::sleep(Duration::from_millis(50)).await; // the end of the connection arrives
        }
    }

    #[tokio::test]
    async fn idle_connections_are_closed() {
        let (connections, accepted) = connections(9).await;
        let age = |connections: &Connections| {
            connections.lock().iter_mut().for_each(|idle| idle.since = idle.since.checked_sub(IDLE_LIMIT).unwrap());
        };
        ask(&connections).await.unwrap();
        age(&connections);
        ask(&connections).await.unwrap();
        assert_eq!((accepted.load(Ordering::Relaxed), connections.lock().len()), (2, 1));
        age(&connections);
        connections.close_idle();
        assert!(connections.lock().is_empty());
    }

    #[tokio::test]
    async fn a_service_that_does_not_answer_in_time_is_unavailable() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connections = Connections::new(listener.local_addr().unwrap());
        let limit = Duration::from_millis(50);
        let late = connections.exchange(ModelRequest::new(Full::default()), limit).await;
        assert!(matches!(late, Err(ConnectionError::TimedOut(_))), "{late:?}");
        drop(listener);
        assert!(matches!(ask(&connections).await, Err(ConnectionError::Connect(_))));
    }

    #[test]
    fn the_client_closes_idle_connections_before_the_model_service_does() {
        assert!(2 * IDLE_LIMIT <= service::ConnectionLimits::default().header_timeout);
    }
}

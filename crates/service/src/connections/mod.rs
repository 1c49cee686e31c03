//! The connections of a service, with a limit of their number and timeouts.

mod limits;
mod refusal;
mod unused;

pub use limits::{ConnectionLimits, ConnectionOptions};

use crate::{Outcomes, metrics::CallbackGauge};
use axum::{Router, body::Body, http::Request};
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
use refusal::refuse;
use rustix::net::{listen, sockopt::set_socket_send_buffer_size};
use std::{error::Error, io, net::IpAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutWriter;
use unused::Unused;

/// The largest head of a request, and the approximate size of a connection's buffer, in bytes.
const BUFFER_BYTES: usize = 16 << 10;

/// The socket's send buffer, in bytes. Linux reports a socket as writable again when a third of the buffer is free, so
/// this also determines how many bytes a client must read before the send timeout.
const SEND_BUFFER_BYTES: usize = 128 << 10;

/// The backlog of the listener, unless the system's limit is lower. The system drops further connections, and their
/// clients retry after a second.
const BACKLOG: i32 = 4096;

/// The delay before the next attempt after `accept` failed for lack of open files or memory.
const RETRY: Duration = Duration::from_millis(100);

/// The number of connections that are rejected with a response at a time; further ones are closed without one.
const REFUSALS: usize = 64;
/// How long the rejection of a connection may take.
const REFUSAL_LIMIT: Duration = Duration::from_secs(1);

/// The address at the other end of the connection, an extension of each request: the client's, or a reverse proxy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The connections of a service, shared by all clones.
#[derive(Debug, Clone)]
pub struct Connections {
    limits: ConnectionLimits,
    /// A permit for each open connection.
    slots: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
    unused: Arc<Unused>,
    outcomes: Outcomes,
}

/// The outcome of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The client or the service closed it, or it failed.
    Closed,
    /// No further request arrived in time.
    IdleTimeout,
    /// The head of the first request did not arrive in time.
    HeaderTimeout,
    /// The client read nothing of its response for too long.
    SendTimeout,
    /// It had not sent a complete head when another connection needed its slot.
    Displaced,
    /// The limit of connections was reached.
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

    /// The outcome of a connection; `is_used` if it has sent a request.
    fn of(result: &hyper::Result<()>, is_used: bool) -> Self {
        match result {
            Err(error) if error.is_timeout() && is_used => Self::IdleTimeout,
            Err(error) if error.is_timeout() => Self::HeaderTimeout,
            Err(error) if is_send_timeout(error) => Self::SendTimeout,
            _ => Self::Closed,
        }
    }
}

/// Whether [`TimeoutWriter`] timed out.
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
    /// No connections, with these limits.
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

    /// Registers the number of open connections, and the outcomes of the ended ones.
    pub fn register(&self, registry: &mut Registry) {
        self.outcomes.register(registry, "connections", "Ended connections by outcome");
        let connections = self.clone();
        let read = move || connections.open() as u64;
        registry.register_collector(Box::new(CallbackGauge {
            name: "connections_open",
            help: "Open connections.",
            read,
        }));
    }

    /// The number of open connections.
    #[must_use]
    pub fn open(&self) -> usize {
        self.limits.connections - self.slots.available_permits()
    }

    /// Accepts and serves connections until `until` ends. The returned value waits for the remaining ones.
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
        set_socket_send_buffer_size(&listener, SEND_BUFFER_BYTES)?; // connections inherit it
        let (graceful, mut until, mut is_failing) = (GracefulShutdown::new(), pin!(until), false);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut until => break,
            };
            match accepted {
                Ok((stream, peer)) => {
                    is_failing = false;
                    self.admit(stream, Peer(peer.ip()), &app, graceful.watcher());
                }
                Err(error) if is_connection_error(&error) => {}
                Err(error) => {
                    if !is_failing {
                        tracing::error!(%error, "the service cannot accept connections");
                    }
                    is_failing = true;
                    sleep(RETRY).await;
                }
            }
        }
        while self.unused.displace_oldest() {}
        Ok(graceful)
    }

    /// Serves a connection if there is a free slot, or if an unused connection can be displaced; otherwise rejects it.
    fn admit(&self, stream: TcpStream, peer: Peer, app: &Router, watcher: Watcher) {
        let (connections, app) = (self.clone(), app.clone());
        if let Ok(slot) = self.slots.clone().try_acquire_owned() {
            tokio::spawn(async move { connections.serve(stream, peer, app, watcher, slot).await });
        } else if self.unused.displace_oldest() {
            tokio::spawn(async move {
                if let Ok(slot) = connections.slots.clone().acquire_owned().await {
                    connections.serve(stream, peer, app, watcher, slot).await;
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

    async fn serve(&self, stream: TcpStream, peer: Peer, app: Router, watcher: Watcher, slot: OwnedSemaphorePermit) {
        let mut stream = TimeoutWriter::new(stream);
        stream.set_timeout(Some(self.limits.send_timeout));
        let (entry, displaced) = self.unused.enter();
        let (entry, app) = (&entry, &TowerToHyperService::new(app));
        let service = service_fn(move |mut request: Request<Incoming>| {
            entry.leave();
            request.extensions_mut().insert(peer);
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

/// Whether the error concerns one connection and not this process.
fn is_connection_error(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

#[cfg(test)]
mod tests;

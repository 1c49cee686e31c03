//! The two listeners of a service, one for clients and one for metrics.

use crate::{ConnectionLimits, Connections, Metrics, Readiness, serve, serve_metrics};
use axum::Router;
use std::{io, net::SocketAddr};
use tokio::net::TcpListener;

/// A service that listens and does not serve yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    metrics_listener: TcpListener,
    readiness: Readiness,
    connections: Connections,
}

impl Server {
    /// Listens on both addresses, with these limits on client connections.
    ///
    /// # Errors
    /// When an address cannot be listened on; the message names it.
    pub async fn bind(listen: SocketAddr, metrics_listen: SocketAddr, limits: ConnectionLimits) -> io::Result<Self> {
        let (listener, metrics_listener) = (bind(listen).await?, bind(metrics_listen).await?);
        Ok(Self { listener, metrics_listener, readiness: Readiness::default(), connections: Connections::new(limits) })
    }

    /// The address for clients, with the port that the system chose if the configured one is 0.
    ///
    /// # Errors
    /// When the system does not return it.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The address of the metrics.
    ///
    /// # Errors
    /// When the system does not return it.
    pub fn metrics_address(&self) -> io::Result<SocketAddr> {
        self.metrics_listener.local_addr()
    }

    /// The readiness of the service.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    /// The connections of clients.
    #[must_use]
    pub fn connections(&self) -> Connections {
        self.connections.clone()
    }

    /// Serves an app and its metrics until `stop`, and then waits for requests in flight.
    ///
    /// # Errors
    /// When a listener fails.
    pub async fn serve(
        self,
        app: impl FnOnce(Readiness, &mut Metrics) -> Router,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let mut metrics = Metrics::default();
        self.connections.register(metrics.registry());
        let app = app(self.readiness.clone(), &mut metrics);
        tokio::select! {
            served = serve(self.listener, app, self.connections, self.readiness, stop) => served,
            served = serve_metrics(self.metrics_listener, metrics) => served,
        }
    }
}

async fn bind(listen: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(listen).await;
    listener.map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {listen}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_in_use_is_named() {
        let any = "127.0.0.1:0".parse().unwrap();
        let first = Server::bind(any, any, ConnectionLimits::default()).await.unwrap();
        let taken = first.address().unwrap();
        let error = Server::bind(any, taken, ConnectionLimits::default()).await.unwrap_err();
        assert!(error.to_string().starts_with(&format!("cannot listen on {taken}: ")), "{error}");
    }
}

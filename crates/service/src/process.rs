//! A service as a process: readiness, signals, shutdown and the health check.

use crate::{ApiError, Connections};
use axum::Router;
use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use wire::Code;

/// How long a stopping service accepts requests while `/readyz` fails, so that load balancers can stop sending them.
const NOTICE: Duration = Duration::from_millis(500);

/// How long requests in flight may take afterwards.
const GRACE: Duration = Duration::from_secs(8);

/// Whether a service accepts requests or is about to stop, for `/readyz`.
#[derive(Debug, Clone, Default)]
pub struct Readiness {
    is_stopping: Arc<AtomicBool>,
}

impl Readiness {
    /// Checks that the service is not about to stop.
    ///
    /// # Errors
    /// `stopping` when it is about to stop.
    pub fn check(&self) -> Result<(), ApiError> {
        if self.is_stopping.load(Ordering::Relaxed) {
            return Err(ApiError::new(
                Code::Stopping,
                "The service is stopping. Try another instance, or this one after its restart.",
            )
            .retry_after(Duration::from_secs(5)));
        }
        Ok(())
    }
}

/// Serves until `stop`. Then it reports that it is not ready, and waits a few seconds for requests in flight.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    connections: Connections,
    readiness: Readiness,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let stop_announced = async {
        stop.await;
        readiness.is_stopping.store(true, Ordering::Relaxed);
        tokio::time::sleep(NOTICE).await;
    };
    let remaining = connections.accept(listener, app, stop_announced).await?;
    if tokio::time::timeout(GRACE, remaining.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish within {GRACE:?} and were dropped");
    }
    Ok(())
}

/// Waits for SIGTERM or Ctrl-C. If the handlers cannot be installed, it logs the error and returns at once.
pub async fn stop_signal() {
    if let Err(error) = signalled().await {
        tracing::error!(%error, "cannot wait for signals");
    }
}

async fn signalled() -> io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    Ok(())
}

/// Checks that the service on this machine answers at `metrics_listen`, for a container's health check.
#[must_use]
pub fn healthcheck(metrics_listen: SocketAddr) -> ExitCode {
    match status_line(metrics_listen) {
        Ok(line) if line.contains(" 200 ") => ExitCode::SUCCESS,
        Ok(line) => unhealthy(metrics_listen, &line),
        Err(error) => unhealthy(metrics_listen, &error.to_string()),
    }
}

fn unhealthy(listen: SocketAddr, reason: &str) -> ExitCode {
    eprintln!("{listen} is not healthy: {reason}");
    ExitCode::FAILURE
}

fn status_line(listen: SocketAddr) -> io::Result<String> {
    const PROBE_LIMIT: Duration = Duration::from_secs(3);
    let mut stream = TcpStream::connect_timeout(&reachable(listen), PROBE_LIMIT)?;
    stream.set_read_timeout(Some(PROBE_LIMIT))?;
    stream.write_all(b"HEAD /metrics HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(1024).read_to_string(&mut answer)?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

/// The loopback address, if the service listens on all addresses.
fn reachable(mut listen: SocketAddr) -> SocketAddr {
    match listen {
        SocketAddr::V4(all) if all.ip().is_unspecified() => listen.set_ip(Ipv4Addr::LOCALHOST.into()),
        SocketAddr::V6(all) if all.ip().is_unspecified() => listen.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    listen
}

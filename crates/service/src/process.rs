//! A service as a process: it listens, is probed, and on a signal finishes what is in flight.

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

/// How long a service that was told to stop goes on taking requests while it says that it is not ready, so that who
/// sends them can turn elsewhere first.
const NOTICE: Duration = Duration::from_millis(500);

/// How long requests in flight may take after that.
const GRACE: Duration = Duration::from_secs(8);

/// Whether a service takes requests or is about to stop; `/readyz` tells.
#[derive(Debug, Clone, Default)]
pub struct Readiness {
    is_stopping: Arc<AtomicBool>,
}

impl Readiness {
    /// Checks that the service is not about to stop.
    ///
    /// # Errors
    /// When it is.
    pub fn check(&self) -> Result<(), ApiError> {
        if self.is_stopping.load(Ordering::Relaxed) {
            return Err(ApiError::new(
                Code::Stopping,
                "The service is stopping. Ask another one, or this one once it is back.",
            )
            .retry_after(Duration::from_secs(5)));
        }
        Ok(())
    }
}

/// Serves until `stop`, says then that it is not ready, and lets what is in flight finish, for a few seconds at most.
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
    let told = async {
        stop.await;
        readiness.is_stopping.store(true, Ordering::Relaxed);
        tokio::time::sleep(NOTICE).await;
    };
    let remaining = connections.accept(listener, app, told).await?;
    if tokio::time::timeout(GRACE, remaining.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish within {GRACE:?} and were dropped");
    }
    Ok(())
}

/// Waits for SIGTERM or Ctrl-C. Where the handlers cannot be installed, it returns at once and logs why.
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

/// Asks the service that serves its metrics at `metrics_listen` on this machine whether it lives; for a container's health
/// check.
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
    const PATIENCE: Duration = Duration::from_secs(3);
    let mut stream = TcpStream::connect_timeout(&reachable(listen), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"HEAD /metrics HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(1024).read_to_string(&mut answer)?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

/// The loopback address where a service listens on all.
fn reachable(mut listen: SocketAddr) -> SocketAddr {
    match listen {
        SocketAddr::V4(all) if all.ip().is_unspecified() => listen.set_ip(Ipv4Addr::LOCALHOST.into()),
        SocketAddr::V6(all) if all.ip().is_unspecified() => listen.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    listen
}

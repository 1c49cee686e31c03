//! The answer to a connection that is one too many.

use crate::ApiError;
use std::io;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use wire::{Code, PROBLEM_MEDIA_TYPE};

/// The part of a refused request that is read, in bytes: a connection that is closed with more unread may lose its answer.
const REFUSED_BYTES: u64 = 64 << 10;

/// Answers a request, whatever it is, with the problem that there are too many connections.
pub(super) async fn refuse(mut stream: TcpStream) -> io::Result<()> {
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

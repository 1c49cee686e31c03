//! The response to a connection beyond the limit.

use crate::ApiError;
use std::io;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use wire::{Code, PROBLEM_MEDIA_TYPE};

/// The part of a rejected request that is read, in bytes. A connection that is closed with unread bytes may lose its
/// response.
const REFUSED_BYTES: u64 = 64 << 10;

/// Answers any request with the problem `too_many_connections`.
pub(super) async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    // A client may treat a response before its request as an error.
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

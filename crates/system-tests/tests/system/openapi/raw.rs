//! Requests that an ordinary client cannot send: with bodies that are truncated, missing or sent in chunks.

use reqwest::{
    Response,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A route that takes a body: method, path, and media type of the body.
pub(crate) type Target<'a> = (&'a str, &'a str, &'a str);

/// A response with its whole body.
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answered {
    pub(crate) async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }

    /// Reads a connection until the service closes it.
    pub(crate) async fn on(mut connection: TcpStream) -> Self {
        let mut bytes = Vec::new();
        connection.read_to_end(&mut bytes).await.unwrap();
        let end = bytes.windows(4).position(|end| end == b"\r\n\r\n").expect("an answer has a head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap())
        };
        Self { status, headers: lines.map(header).collect(), body: bytes[end + 4..].to_vec() }
    }
}

/// Sends the head of a request, with an additional line, and a part of its body. The connection stays open.
pub(crate) async fn begin(service: SocketAddr, target: Target<'_>, framing: &str, body: &str) -> TcpStream {
    let (method, path, media_type) = target;
    let head = ["Host: localhost", "Connection: close", &format!("Content-Type: {media_type}"), framing].join("\r\n");
    let request = format!("{method} {path} HTTP/1.1\r\n{head}\r\n\r\n{body}");
    let mut connection = TcpStream::connect(service).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    connection
}

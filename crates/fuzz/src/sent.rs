//! A request as it is sent, and in the form of HTTP for files.

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, Request, Uri},
};
use futures_util::stream;
use std::io;

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sent {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
    pub(crate) arrival: Arrival,
    /// How many samples the answer must have, if the request is valid.
    pub(crate) valid: Option<usize>,
}

/// How a body arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// At once, and its length is told.
    Whole,
    /// In pieces of so many bytes.
    Pieces(usize),
    /// Likewise, and the connection breaks before the end.
    BrokenOff(usize),
}

impl Sent {
    /// A body that is posted.
    pub(crate) fn post(path: &str, media_type: &str, body: Vec<u8>) -> Self {
        let headers = vec![("content-type", media_type.as_bytes().to_vec())];
        Self { method: "POST", path: path.to_owned(), headers, body, arrival: Arrival::Whole, valid: None }
    }

    /// The same with another header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The address, as the service gets it: `/` in place of one that HTTP forbids.
    pub(crate) fn uri(&self) -> Uri {
        self.path.parse().unwrap_or_default()
    }

    /// The request, as the service gets it. What HTTP itself forbids in an address or a header never gets there.
    pub(crate) fn request(&self) -> Request<Body> {
        let mut request = Request::new(self.body());
        *request.method_mut() = self.method.parse().unwrap_or_default();
        *request.uri_mut() = self.uri();
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                request.headers_mut().append(HeaderName::from_static(name), value);
            }
        }
        request
    }

    fn body(&self) -> Body {
        let (size, breaks) = match self.arrival {
            Arrival::Whole => return Body::from(self.body.clone()),
            Arrival::Pieces(size) => (size, false),
            Arrival::BrokenOff(size) => (size, true),
        };
        let pieces = self.body.chunks(size.max(1)).map(|piece| Ok(Bytes::copy_from_slice(piece)));
        let end = breaks.then(|| Err(io::Error::from(io::ErrorKind::ConnectionReset)));
        Body::from_stream(stream::iter(pieces.chain(end).collect::<Vec<_>>()))
    }

    /// As HTTP/1.1 writes it.
    pub(crate) fn written(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\nhost: digits\r\n", self.method, self.path).into_bytes();
        for (name, value) in &self.headers {
            text.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        text.extend(format!("content-length: {}\r\n\r\n", self.body.len()).into_bytes());
        text.extend(&self.body);
        text
    }
}

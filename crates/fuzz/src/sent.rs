//! A request to the service, which can also be written as HTTP/1.1.

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
    /// The number of samples in the response, if the request is valid.
    pub(crate) valid: Option<usize>,
}

/// The transfer of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// At once, with its length.
    Whole,
    /// In pieces of this many bytes.
    Pieces(usize),
    /// In pieces of this many bytes, with an error before the end.
    BrokenOff(usize),
}

impl Sent {
    /// Returns a POST request.
    pub(crate) fn post(path: &str, media_type: &str, body: Vec<u8>) -> Self {
        let headers = vec![("content-type", media_type.as_bytes().to_vec())];
        Self { method: "POST", path: path.to_owned(), headers, body, arrival: Arrival::Whole, valid: None }
    }

    /// Adds a header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Returns the address, or `/` if HTTP forbids the address.
    pub(crate) fn uri(&self) -> Uri {
        self.path.parse().unwrap_or_default()
    }

    /// Returns the request for the service, without headers that HTTP forbids.
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

    /// Formats the request as HTTP/1.1.
    pub(crate) fn written(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\nhost: localhost\r\n", self.method, self.path).into_bytes();
        for (name, value) in &self.headers {
            text.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        text.extend(format!("content-length: {}\r\n\r\n", self.body.len()).into_bytes());
        text.extend(&self.body);
        text
    }
}

//! Requests that provoke the errors of every route with a body.

use super::{
    document::Document,
    raw::{Answered, Target, begin},
};
use reqwest::{Client, Method};
use std::{net::SocketAddr, time::Duration};

const CHUNKED: &str = "Transfer-Encoding: chunked";

/// Bodies with an invalid chunk: 400.
pub(crate) async fn invalid_chunks(document: &mut Document, service: SocketAddr, targets: &[Target<'_>]) {
    for target in targets {
        let connection = begin(service, *target, CHUNKED, "no length\r\n").await;
        check(document, *target, 400, &Answered::on(connection).await);
    }
}

/// Bodies of so many bytes, which are too large: 413.
pub(crate) async fn too_large(
    document: &mut Document,
    service: SocketAddr,
    http: &Client,
    targets: &[Target<'_>],
    bytes: usize,
) {
    for (method, path, media_type) in targets {
        let request = http.request(method.parse().unwrap(), format!("http://{service}{path}"));
        let request = request.header("content-type", *media_type).body(vec![b' '; bytes]);
        document.expect(http, request, 413).await;
    }
}

/// Requests that a browser sends for a page of another site: 403.
pub(crate) async fn cross_site(document: &mut Document, service: SocketAddr, http: &Client, targets: &[Target<'_>]) {
    for (method, path, media_type) in targets {
        let request = http.request(method.parse().unwrap(), format!("http://{service}{path}"));
        let request = request.header("content-type", *media_type).header("sec-fetch-site", "cross-site");
        document.expect(http, request, 403).await;
    }
}

/// Bodies of unknown length, while the service reads as many large bodies as it may read at a time: 429.
pub(crate) async fn too_many(document: &mut Document, service: SocketAddr, targets: &[Target<'_>]) {
    let target = ("POST", "/predict", "image/png");
    let mut open = Vec::new();
    let rejected = loop {
        let connection = begin(service, target, CHUNKED, "1\r\nx\r\n").await;
        let mut byte = [0];
        let answered = tokio::time::timeout(Duration::from_millis(200), connection.peek(&mut byte)).await;
        if answered.is_ok() {
            break connection;
        }
        open.push(connection);
        assert!(open.len() < 100, "the service reads any number of large bodies at a time");
    };
    check(document, target, 429, &Answered::on(rejected).await);
    for target in targets {
        let connection = begin(service, *target, CHUNKED, "1\r\nx\r\n").await;
        check(document, *target, 429, &Answered::on(connection).await);
    }
}

/// Bodies that do not arrive within a minute: 408. The services run in this process, so the test advances the clock
/// instead of waiting.
pub(crate) async fn too_slow(document: &mut Document, service: SocketAddr, targets: &[Target<'_>]) {
    let mut open = Vec::new();
    for target in targets {
        open.push((target, begin(service, *target, "Content-Length: 100", "{").await));
    }
    tokio::time::sleep(Duration::from_millis(300)).await; // until the service reads all of them
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(61)).await;
    tokio::time::resume();
    for (target, connection) in open {
        check(document, *target, 408, &Answered::on(connection).await);
    }
}

fn check(document: &mut Document, (method, path, _): Target<'_>, status: u16, answered: &Answered) {
    document.check(&method.parse::<Method>().unwrap(), path, status, answered);
}

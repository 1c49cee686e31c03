//! Requests that provoke the errors of every route that takes a body.

use super::{
    document::Document,
    raw::{Answered, Target, begin},
};
use reqwest::{Client, Method};
use std::{net::SocketAddr, time::Duration};

const IN_PIECES: &str = "Transfer-Encoding: chunked";

/// Sends truncated bodies: 400.
pub(crate) async fn broken(document: &mut Document, service: SocketAddr, targets: &[Target<'_>]) {
    for target in targets {
        let connection = begin(service, *target, IN_PIECES, "no length\r\n").await;
        check(document, *target, 400, &Answered::on(connection).await);
    }
}

/// Sends bodies that are too large: 413.
pub(crate) async fn large(document: &mut Document, service: SocketAddr, http: &Client, targets: &[Target<'_>]) {
    for (method, path, media_type) in targets {
        let request = http.request(method.parse().unwrap(), format!("http://{service}{path}"));
        let request = request.header("content-type", *media_type).body(vec![b' '; 6 << 20]);
        document.expect(http, request, 413).await;
    }
}

/// Sends requests like a browser for a page of another site: 403.
pub(crate) async fn cross_site(document: &mut Document, service: SocketAddr, http: &Client, targets: &[Target<'_>]) {
    for (method, path, media_type) in targets {
        let request = http.request(method.parse().unwrap(), format!("http://{service}{path}"));
        let request = request.header("content-type", *media_type).header("sec-fetch-site", "cross-site");
        document.expect(http, request, 403).await;
    }
}

/// Sends bodies of unknown length while the service reads as many as it accepts: 429.
pub(crate) async fn crowded(document: &mut Document, service: SocketAddr, targets: &[Target<'_>]) {
    let reading = ("POST", "/predict", "image/png");
    let mut open = Vec::new();
    let refused = loop {
        let connection = begin(service, reading, IN_PIECES, "1\r\nx\r\n").await;
        let mut byte = [0];
        let answered = tokio::time::timeout(Duration::from_millis(200), connection.peek(&mut byte)).await;
        if answered.is_ok() {
            break connection;
        }
        open.push(connection);
        assert!(open.len() < 100, "the service limits how many large bodies it reads at a time");
    };
    check(document, reading, 429, &Answered::on(refused).await);
    for target in targets {
        let connection = begin(service, *target, IN_PIECES, "1\r\nx\r\n").await;
        check(document, *target, 429, &Answered::on(connection).await);
    }
}

/// Sends bodies that do not arrive within a minute: 408. The function advances the clock of this process, in which the
/// services run.
pub(crate) async fn slow(document: &mut Document, service: SocketAddr, targets: &[Target<'_>]) {
    let mut open = Vec::new();
    for target in targets {
        open.push((target, begin(service, *target, "Content-Length: 100", "{").await));
    }
    // The services begin to read all bodies.
    tokio::time::sleep(Duration::from_millis(300)).await;
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

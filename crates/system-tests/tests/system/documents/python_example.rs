//! A test of the Python example of docs/api.md: it records a drawing once, even if answers are lost, and deletes it.

use super::{blocks, not_run::NOT_RUN};
use crate::stack::Stack;
use reqwest::Method;
use serde_json::Value;
use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    process::Command,
};

/// The name under which docs/api.md tells readers to save the example.
pub(super) const FILE: &str = "predict.py";

/// Returns the source of the example: the only block of Python that `not_run.rs` does not list.
pub(super) fn program() -> String {
    let is_listed = |text: &str| {
        let first = text.lines().next().unwrap_or_default();
        NOT_RUN.iter().any(|(_, commands)| commands.contains(&first))
    };
    let mut programs: Vec<String> =
        blocks("python").into_iter().map(|block| block.text).filter(|text| !is_listed(text)).collect();
    assert_eq!(programs.len(), 1, "not_run.rs must list all blocks of Python except one");
    programs.remove(0)
}

/// A request that passed the unreliable proxy.
#[derive(Clone)]
struct Attempt {
    head: String,
    at: Instant,
}

impl Attempt {
    fn header(&self, name: &str) -> Option<&str> {
        let value =
            |line: &'_ str| line.split_once(": ").filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|_| ());
        self.head.lines().find(|line| value(line).is_some())?.split_once(": ").map(|(_, value)| value)
    }
}

/// Reads the head and the body of a request.
async fn read(stream: &mut TcpStream) -> (Attempt, Vec<u8>) {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let attempt = Attempt { head, at: Instant::now() };
            let length: usize = attempt.header("content-length").map_or(0, |length| length.parse().unwrap());
            if bytes.len() >= end + 4 + length {
                return (attempt, bytes.split_off(end + 4));
            }
        }
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "the request is truncated");
    }
}

/// Forwards a request to the web service, and returns the response as HTTP bytes.
async fn forward(client: &reqwest::Client, api: SocketAddr, attempt: &Attempt, body: Vec<u8>) -> Vec<u8> {
    let mut line = attempt.head.lines().next().unwrap().split(' ');
    let (method, path) = (line.next().unwrap(), line.next().unwrap());
    let mut request =
        client.request(Method::from_bytes(method.as_bytes()).unwrap(), format!("http://{api}{path}")).body(body);
    for name in ["content-type", "idempotency-key", "deletion-token"] {
        if let Some(value) = attempt.header(name) {
            request = request.header(name, value);
        }
    }
    let response = request.send().await.unwrap();
    let status = response.status();
    let body = response.bytes().await.unwrap();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), &body].concat()
}

/// Starts a proxy that answers the first request with `Retry-After: 1`, and loses the answer to the second one. Returns
/// its address and the requests that it receives.
async fn unreliable_proxy(stack: &Stack) -> (SocketAddr, Arc<Mutex<Vec<Attempt>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let (api, client, seen) = (stack.api.address, stack.http.clone(), attempts.clone());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (attempt, body) = read(&mut stream).await;
            let number = {
                let mut seen = seen.lock().unwrap();
                seen.push(attempt.clone());
                seen.len()
            };
            let answer = match number {
                1 => b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(),
                2 => {
                    forward(&client, api, &attempt, body).await;
                    continue;
                }
                _ => forward(&client, api, &attempt, body).await,
            };
            stream.write_all(&answer).await.unwrap();
        }
    });
    (address, attempts)
}

async fn python(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("python3");
    command.arg(FILE).args(arguments).current_dir(folder).env("no_proxy", "*").stdin(Stdio::null());
    let output = command.output().await.unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}\n{error}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
#[ignore = "needs python3"]
async fn the_python_example_records_once_over_an_unreliable_network_and_deletes() {
    let stack = Stack::start().await;
    let (address, attempts) = unreliable_proxy(&stack).await;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE), program().replace("localhost:8501", &address.to_string())).unwrap();
    let drawing = crate::stack::root().join("examples/eight.png");

    let said = python(folder.path(), &[drawing.to_str().unwrap()]).await;
    assert!(said.starts_with("8 "), "{said}");
    let sent = attempts.lock().unwrap().clone();
    assert_eq!(sent.len(), 3, "one request got Retry-After, one no answer, and one an answer");
    let keys: Vec<_> = sent.iter().map(|attempt| attempt.header("idempotency-key").unwrap()).collect();
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    assert!(sent[1].at - sent[0].at >= Duration::from_secs(1), "Retry-After was 1");
    assert_eq!(stack.rows().await, 1, "only the request with the lost answer inserted a row");

    let tokens: Value = serde_json::from_slice(&fs::read(folder.path().join("deletion-tokens.json")).unwrap()).unwrap();
    let (id, _) = tokens.as_object().unwrap().iter().next().unwrap();
    python(folder.path(), &["--delete", id]).await;
    assert_eq!(stack.rows().await, 0);
    assert_eq!(fs::read_to_string(folder.path().join("deletion-tokens.json")).unwrap().trim(), "{}");
}

//! The Python example of docs/api.md records a drawing once, even if a response gets lost, and can delete the drawing.

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

/// The name of the file in which docs/api.md tells the reader to save the example.
pub(super) const FILE: &str = "predict.py";

/// The source of the example: the only block of Python that [`NOT_RUN`] does not list.
pub(super) fn program() -> String {
    let is_listed = |text: &str| {
        let first = text.lines().next().unwrap_or_default();
        NOT_RUN.iter().any(|(_, commands)| commands.contains(&first))
    };
    let mut programs: Vec<String> =
        blocks("python").into_iter().map(|block| block.text).filter(|text| !is_listed(text)).collect();
    assert_eq!(programs.len(), 1, "NOT_RUN lists all blocks of Python but one");
    programs.remove(0)
}

/// A request that the proxy received.
#[derive(Clone)]
struct Attempt {
    head: String,
    received_at: Instant,
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
            let attempt = Attempt { head, received_at: Instant::now() };
            let length: usize = attempt.header("content-length").map_or(0, |length| length.parse().unwrap());
            if bytes.len() >= end + 4 + length {
                return (attempt, bytes.split_off(end + 4));
            }
        }
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "the request is truncated");
    }
}

/// Forwards a request to the web service, and returns the response as bytes of HTTP.
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

/// Starts a proxy of the web service: it answers the first request with 429 and `Retry-After: 1`, drops the response to
/// the second one, and forwards all others. Returns its address and the requests that it received.
async fn unreliable_proxy(stack: &Stack) -> (SocketAddr, Arc<Mutex<Vec<Attempt>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let (api, client, received) = (stack.api.address, stack.http.clone(), attempts.clone());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (attempt, body) = read(&mut stream).await;
            let number = {
                let mut received = received.lock().unwrap();
                received.push(attempt.clone());
                received.len()
            };
            let response = match number {
                1 => b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(),
                2 => {
                    forward(&client, api, &attempt, body).await;
                    continue;
                }
                _ => forward(&client, api, &attempt, body).await,
            };
            stream.write_all(&response).await.unwrap();
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

    let printed = python(folder.path(), &[drawing.to_str().unwrap()]).await;
    assert!(printed.starts_with("8 "), "{printed}");
    let sent = attempts.lock().unwrap().clone();
    assert_eq!(sent.len(), 3, "the first got 429, the second no response, the third an answer");
    let keys: Vec<_> = sent.iter().map(|attempt| attempt.header("idempotency-key").unwrap()).collect();
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    assert!(sent[1].received_at - sent[0].received_at >= Duration::from_secs(1), "Retry-After was 1");
    assert_eq!(stack.rows().await, 1, "the third request adds no row to that of the second");

    let tokens: Value = serde_json::from_slice(&fs::read(folder.path().join("deletion-tokens.json")).unwrap()).unwrap();
    let (id, _) = tokens.as_object().unwrap().iter().next().unwrap();
    python(folder.path(), &["--delete", id]).await;
    assert_eq!(stack.rows().await, 0);
    assert_eq!(fs::read_to_string(folder.path().join("deletion-tokens.json")).unwrap().trim(), "{}");
}

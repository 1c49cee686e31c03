//! The error message of a failed load generator.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    process::Command,
    thread,
};

/// Starts a service that sends the same response to every request, and returns its address.
fn same_answer_to_all(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            // An empty line ends a request, since no request has a body.
            while let Some(Ok(line)) = lines.next() {
                if line.is_empty() {
                    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
                }
            }
        }
    });
    address
}

#[test]
fn a_missed_aim_is_printed_as_one_line_without_a_stack_trace() {
    let url = same_answer_to_all(r#"{"predictions":[{"id":"1"}],"days":[]}"#);
    let output = Command::new(env!("CARGO_BIN_EXE_bench"))
        .args(["history-latency", "--requests", "1", "--limit-ms", "0", "--api-url", &url])
        .env("RUST_BACKTRACE", "1")
        .output()
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.starts_with("bench: more than 0 ms: /api/v1/predictions"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

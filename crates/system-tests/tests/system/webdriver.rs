//! A real browser, and the driver that controls it.

use crate::stack::json;
use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::StatusCode;
use serde_json::Value;
use std::{process::Stdio, time::Duration};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// A browser with a temporary profile. It ends when this value is dropped.
pub(crate) struct Browser {
    pub(crate) client: Client,
    port: u16,
    _driver: Driver,
    _profile: TempDir,
}

impl Browser {
    /// Starts a driver with this command, and a browser with these capabilities. `needs` says what to install.
    pub(crate) async fn start(driver: &[&str], capabilities: &Value, profile: TempDir, needs: &str) -> Self {
        let (driver, port) = Driver::start(driver, needs).await;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap_or_else(|error| panic!("{needs}: {error}"));
        Self { client, port, _driver: driver, _profile: profile }
    }

    /// Waits for the first element that the selector finds, and returns it.
    pub(crate) async fn element(&self, selector: &str) -> Element {
        let wait = self.client.wait().at_most(Duration::from_secs(10));
        wait.for_element(Locator::Css(selector)).await.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// Waits for the element that the selector finds, and presses it.
    pub(crate) async fn press(&self, selector: &str) {
        self.element(selector).await.click().await.unwrap();
    }

    /// Waits until the element shows this text.
    pub(crate) async fn until_text(&self, selector: &str, text: &str) {
        let mut shown = String::new();
        let shows_text = async || {
            // Each attempt finds the element again, because the page may have replaced it.
            shown = self.element(selector).await.text().await.unwrap_or_default();
            (shown == text).then_some(())
        };
        let found = poll(shows_text).await;
        assert!(found.is_some(), "{selector} shows {shown:?}, not {text:?}");
    }

    /// Sends the driver a command for which fantoccini has no function, and returns its answer.
    pub(crate) async fn driver(&self, path: &str, body: &Value) -> Value {
        let session = self.client.session_id().await.unwrap().unwrap();
        let url = format!("http://127.0.0.1:{}/session/{session}/{path}", self.port);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut answer = json(http.post(url).json(body).send().await.unwrap(), StatusCode::OK).await;
        answer["value"].take()
    }
}

/// Tries until there is a result, at most a hundred times within ten seconds.
pub(crate) async fn poll<T>(mut attempt: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    for _ in 0..100 {
        if let Some(result) = attempt().await {
            return Some(result);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    None
}

/// A driver and its browser, in a separate process group.
struct Driver(Child);

impl Driver {
    /// Starts a driver, and returns it with its port. The driver chooses a free port, and ends if another process takes
    /// the port meanwhile.
    async fn start(command: &[&str], needs: &str) -> (Self, u16) {
        for _ in 0..5 {
            let child = Command::new(command[0])
                .args(&command[1..])
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .process_group(0)
                .kill_on_drop(true)
                .spawn()
                .unwrap_or_else(|error| panic!("{needs}: {}: {error}", command[0]));
            let mut driver = Self(child);
            if let Some(port) = driver.port().await {
                return (driver, port);
            }
        }
        panic!("{} did not start", command[0]);
    }

    /// Returns the port that the driver prints; `None` if the driver ended first.
    async fn port(&mut self) -> Option<u16> {
        let mut lines = BufReader::new(self.0.stdout.take().unwrap()).lines();
        while let Some(line) = lines.next_line().await.unwrap() {
            let chromedriver = line.split_once("started successfully on port ").map(|(_, port)| port);
            let geckodriver = || line.split_once("Listening on 127.0.0.1:").map(|(_, port)| port);
            if let Some(port) = chromedriver.or_else(geckodriver) {
                // The browser writes to the same pipe, and must never wait for a reader.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Some(port.trim_end_matches('.').parse().unwrap());
            }
        }
        None
    }
}

impl Drop for Driver {
    /// Ends the driver and the browser, also after a failed test.
    fn drop(&mut self) {
        if let Some(leader) = self.0.id() {
            let _ = std::process::Command::new("kill").args(["-KILL", "--", &format!("-{leader}")]).status();
        }
    }
}

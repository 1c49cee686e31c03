//! A real browser.

use crate::stack::json;
use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::StatusCode;
use serde_json::{Value, json as value};
use std::{process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// Chromium behind its driver.
pub(crate) struct Browser {
    pub(crate) client: Client,
    port: u16,
    _driver: Child,
    _profile: tempfile::TempDir,
}

/// A screen, and whether what is on it is light or dark.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) scheme: &'static str,
}

impl Browser {
    /// Starts it; `None` where there is none and the environment says so.
    pub(crate) async fn start() -> Option<Self> {
        if std::env::var_os("DIGITS_TEST_WITHOUT_BROWSER").is_some() {
            eprintln!("left out: DIGITS_TEST_WITHOUT_BROWSER is set");
            return None;
        }
        let (driver, port) = driver().await;
        let profile = tempfile::tempdir().unwrap();
        let options = value!({
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,900",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--no-proxy-server", format!("--user-data-dir={}", profile.path().display()),
            ] }
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(options.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        Some(Self { client, port, _driver: driver, _profile: profile })
    }

    /// The first element that the selector finds, once there is one.
    pub(crate) async fn element(&self, selector: &str) -> Element {
        let wait = self.client.wait().at_most(Duration::from_secs(10));
        wait.for_element(Locator::Css(selector)).await.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// Presses what the selector finds, as soon as it is there.
    pub(crate) async fn press(&self, selector: &str) {
        self.element(selector).await.click().await.unwrap();
    }

    /// Waits until the element shows this text.
    pub(crate) async fn until_text(&self, selector: &str, text: &str) {
        let mut shown = String::new();
        for _ in 0..100 {
            // Found anew each time: the page may have put another in its place, even while it was asked.
            shown = self.element(selector).await.text().await.unwrap_or_default();
            if shown == text {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{selector} shows {shown:?}, not {text:?}");
    }

    /// What the console says that has not been asked for yet: errors, warnings, and requests that were refused.
    pub(crate) async fn console(&self) -> Vec<Value> {
        self.driver("se/log", &value!({ "type": "browser" })).await.as_array().unwrap().clone()
    }

    /// Has the page believe that it is on such a screen, with or without a wish for less motion.
    pub(crate) async fn emulate(&self, screen: Screen, motion: &str) {
        let Screen { width, height, scheme } = screen;
        let metrics = value!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics).await;
        let media = value!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": motion },
        ] });
        self.devtools("Emulation.setEmulatedMedia", &media).await;
        // The page learns of it with its next frame.
        let frame = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done));";
        self.client.execute_async(frame, Vec::new()).await.unwrap();
    }

    /// A command that Chromium's developer tools know.
    pub(crate) async fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.driver("goog/cdp/execute", &value!({ "cmd": command, "params": parameters })).await
    }

    /// What the driver answers that fantoccini has no function for.
    pub(crate) async fn driver(&self, path: &str, body: &Value) -> Value {
        let session = self.client.session_id().await.unwrap().unwrap();
        let url = format!("http://127.0.0.1:{}/session/{session}/{path}", self.port);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut answer = json(http.post(url).json(body).send().await.unwrap(), StatusCode::OK).await;
        answer["value"].take()
    }
}

/// A driver, and the port that it listens on. It looks for one that is free, and ends where another takes it meanwhile.
async fn driver() -> (Child, u16) {
    for _ in 0..5 {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("this test drives Chromium: install chromium and chromium-driver, as `make test` does");
        if let Some(port) = port(&mut driver).await {
            return (driver, port);
        }
    }
    panic!("chromedriver did not start");
}

/// The port that the driver says it listens on; `None` if it ended without.
async fn port(driver: &mut Child) -> Option<u16> {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            return Some(port.trim_end_matches('.').parse().unwrap());
        }
    }
    None
}

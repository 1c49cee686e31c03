//! The input latency: the time from the end of a stroke until the browser has painted the prediction.

use crate::{
    config::{InputLatency, Services},
    pictures::{Drawing, ten_digits},
    stats::percentile,
};
use anyhow::Context;
use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction},
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use std::{process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// Records the time of the last pointer event, and the time when the browser painted the prediction: a message that is
/// sent right before a frame arrives right after it. The last prediction is that of the whole drawing.
const WATCH: &str = "
    let [lifted, painted, asked, open] = [0, 0, 0, 0];
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (painted = performance.now());
    const observer = new MutationObserver(() => requestAnimationFrame(() => port2.postMessage(0)));
    for (const part of ['#numeral', '#bars']) {
        observer.observe(document.querySelector(part), { subtree: true, childList: true, attributes: true });
    }
    addEventListener('pointerup', (event) => ([lifted, painted] = [event.timeStamp, 0]), true);
    const { fetch } = window;
    window.fetch = async (...request) => {
        if (!String(request[0]).startsWith('/predict')) return fetch(...request);
        asked = performance.now();
        open++;
        try {
            return await fetch(...request);
        } finally {
            open--;
        }
    };
    window.inputLatency = () => new Promise((resolve) => {
        const timer = setInterval(() => {
            const isQuiet = performance.now() - Math.max(lifted, painted, asked) > 300;
            if (painted === 0 || open > 0 || !isQuiet) return;
            clearInterval(timer);
            resolve(painted - lifted);
        }, 20);
    });";

const WAIT: &str = "const [done] = arguments; inputLatency().then(done);";

const CLEAR: &str = "document.querySelector('#clear').click();";

/// Draws digits at the recorded speed of people, and prints the latencies of the predictions.
pub(crate) async fn measure(config: &InputLatency, services: &Services) -> anyhow::Result<()> {
    let mut driver = Driver::start()?;
    let page = driver.open(&services.api_url).await?;
    let mut waits = Vec::with_capacity(config.drawings);
    for picture in ten_digits()?.iter().cycle().take(config.drawings) {
        draw(&page, &picture.strokes).await?;
        let milliseconds = page.execute_async(WAIT, Vec::new()).await?.as_f64().context("the page returned no time")?;
        waits.push(Duration::from_secs_f64(milliseconds.max(0.0) / 1e3));
        page.execute(CLEAR, Vec::new()).await?;
    }
    page.close().await?;
    waits.sort_unstable();
    let wait = |share: f64| percentile(&waits, share).map_or(f64::NAN, |wait| wait.as_secs_f64() * 1e3);
    println!("input latency, {} drawings:", waits.len());
    println!("median {:.1} ms, p95 {:.1} ms, slowest {:.1} ms", wait(0.5), wait(0.95), wait(1.0));
    Ok(())
}

/// Draws on the page's canvas with the mouse.
async fn draw(page: &Client, drawing: &Drawing) -> anyhow::Result<()> {
    let (left, top, side, _) = page.find(Locator::Css("#canvas")).await?.rectangle().await?;
    let mut mouse = MouseActions::new("mouse".to_owned());
    let mut now = 0.0;
    for stroke in drawing {
        for (index, &[x, y, time]) in stroke.iter().enumerate() {
            let duration = Some(Duration::from_secs_f32((time - now).max(0.0) / 1e3));
            let place = |start: f64, place: f32| (start + f64::from(place) / 280.0 * side).floor();
            mouse = mouse.then(PointerAction::MoveTo { duration, x: place(left, x), y: place(top, y) });
            now = time;
            if index == 0 {
                mouse = mouse.then(PointerAction::Down { button: MOUSE_BUTTON_LEFT });
            }
        }
        mouse = mouse.then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
    }
    Ok(page.perform_actions(mouse).await?)
}

/// A chromedriver process, which ends when this is dropped.
struct Driver {
    process: Child,
    profile: tempfile::TempDir,
}

impl Driver {
    fn start() -> anyhow::Result<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let process = command.spawn().context("cannot start chromedriver: install chromium and chromium-driver")?;
        Ok(Self { process, profile: tempfile::tempdir()? })
    }

    /// Opens a page in a window of desktop size, and records its events.
    async fn open(&mut self, url: &str) -> anyhow::Result<Client> {
        let port = self.port().await?;
        let options = json!({ "goog:chromeOptions": { "args": [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,900",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--no-proxy-server", format!("--user-data-dir={}", self.profile.path().display()),
        ] } });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let options = options.as_object().cloned().unwrap_or_default();
        let page = builder.capabilities(options).connect(&format!("http://127.0.0.1:{port}")).await?;
        page.goto(url).await?;
        page.execute(WATCH, Vec::new()).await?;
        Ok(page)
    }

    /// Returns the port that chromedriver prints.
    async fn port(&mut self) -> anyhow::Result<u16> {
        let mut lines = BufReader::new(self.process.stdout.take().context("the output is already taken")?).lines();
        while let Some(line) = lines.next_line().await? {
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                return Ok(port.trim_end_matches('.').parse()?);
            }
        }
        anyhow::bail!("chromedriver did not start")
    }
}

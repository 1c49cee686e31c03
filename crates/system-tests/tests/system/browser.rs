//! A person in a real browser: draws with the pointer, sees the answer, labels it.

use crate::{
    drawings,
    stack::{Stack, json},
};
use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction},
    elements::Element,
};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::StatusCode;
use serde_json::{Value, json as value};
use std::{process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// Chromium behind its driver.
struct Browser {
    client: Client,
    _driver: Child,
    _profile: tempfile::TempDir,
}

impl Browser {
    async fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("this test drives Chromium: install chromium and chromium-driver, as `make test` does");
        let port = port(&mut driver).await;
        let profile = tempfile::tempdir().unwrap();
        let options = value!({
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
        Self { client, _driver: driver, _profile: profile }
    }

    async fn element(&self, selector: &str) -> Element {
        let wait = self.client.wait().at_most(Duration::from_secs(10));
        wait.for_element(Locator::Css(selector)).await.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// Draws strokes of a 280 × 280 sheet on the page's paper.
    async fn draw(&self, strokes: &Value) {
        let (left, top, width, height) = self.element("#paper").await.rectangle().await.unwrap();
        let place = |point: &Value| {
            let share = |axis: usize| point[axis].as_f64().unwrap() / 280.0;
            ((left + share(0) * width).floor(), (top + share(1) * height).floor())
        };
        let mut mouse = MouseActions::new("mouse".to_owned());
        for stroke in strokes.as_array().unwrap() {
            for (index, point) in stroke.as_array().unwrap().iter().enumerate() {
                let (x, y) = place(point);
                mouse = mouse.then(PointerAction::MoveTo { duration: Some(Duration::from_millis(2)), x, y });
                if index == 0 {
                    mouse = mouse.then(PointerAction::Down { button: MOUSE_BUTTON_LEFT });
                }
            }
            mouse = mouse.then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        }
        self.client.perform_actions(mouse).await.unwrap();
    }
}

/// The port that the driver says it listens on.
async fn port(driver: &mut Child) -> u16 {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            return port.trim_end_matches('.').parse().unwrap();
        }
    }
    panic!("chromedriver did not start");
}

#[tokio::test]
async fn a_person_draws_a_digit_sees_the_answer_and_labels_it() {
    if std::env::var_os("DIGITS_TEST_WITHOUT_BROWSER").is_some() {
        eprintln!("left out: DIGITS_TEST_WITHOUT_BROWSER is set");
        return;
    }
    let stack = Stack::start().await;
    let browser = Browser::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&drawings::all()[5]["strokes"]).await;

    // The answer comes while one draws, and nothing is kept yet.
    browser.element("#answer[data-state=live]").await;
    let numeral = browser.element("#numeral").await;
    for _ in 0..50 {
        if numeral.text().await.unwrap() == "5" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(numeral.text().await.unwrap(), "5");
    assert_eq!(browser.client.find_all(Locator::Css("#bars li")).await.unwrap().len(), 10);
    assert_eq!(stack.rows().await, 0);

    // Submitted, it is a row; labelled with a key, the row has its label.
    browser.element("#submit").await.click().await.unwrap();
    browser.element("#answer[data-state=recorded]").await;
    browser.element("#paper").await.send_keys("5").await.unwrap();
    browser.element("#answer[data-state=labelled]").await;
    let logged: Vec<(i16, Option<String>)> = sqlx::query_as("select prediction, true_label from prediction_logs")
        .fetch_all(&mut stack.sql().await)
        .await
        .unwrap();
    assert_eq!(logged, [(5, Some("5".to_owned()))]);

    // It stands among the recent ones, and the strokes are kept with their times.
    browser.element("#recent .card .truth.good").await;
    let page = json(stack.get("/predictions").send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(
        (&page["predictions"][0]["source"], &page["predictions"][0]["input_kind"]),
        (&value!("canvas"), &value!("strokes"))
    );
    let input: Vec<u8> =
        sqlx::query_scalar("select input from predictions").fetch_one(&mut stack.sql().await).await.unwrap();
    let input: Value = serde_json::from_slice(&input).unwrap();
    assert!(input["strokes"][0][0].as_array().unwrap().len() > 2, "{input}");
    browser.client.clone().close().await.unwrap();
}

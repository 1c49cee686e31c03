//! Tests of the page with a slow or unavailable model service: the page sends one preview at a time, never replaces a
//! new answer by an old one, and always lets the person draw.

use crate::{
    drawings,
    stack::{ANY, Service, Stack, empty_database, start_model},
    webdriver::Browser,
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{OriginalUri, State},
    http::{HeaderMap, Method, Response, header},
};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::sync::{mpsc, oneshot};

/// Records the numerals that the page shows.
const WATCH: &str = "const numeral = document.querySelector('#numeral');
    window.numerals = [];
    new MutationObserver(() => numerals.push(numeral.textContent)).observe(numeral, { childList: true });";

/// A prediction request that the proxy holds until the test releases it.
struct HeldRequest {
    drawing: Value,
    release: oneshot::Sender<()>,
}

#[derive(Clone)]
struct Gate {
    model: SocketAddr,
    http: reqwest::Client,
    held: mpsc::UnboundedSender<HeldRequest>,
}

/// Forwards every request to the model service. Prediction requests wait until the test releases them.
async fn forward(
    State(gate): State<Gate>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    if uri.path() == "/predict" {
        let (release, released) = oneshot::channel();
        gate.held.send(HeldRequest { drawing: serde_json::from_slice(&body).unwrap(), release }).unwrap();
        // A test may end without releasing every request.
        let _ = released.await;
    }
    let mut request = gate.http.request(method, format!("http://{}{uri}", gate.model)).body(body);
    if let Some(kind) = headers.get(header::CONTENT_TYPE) {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    let answer = request.send().await.unwrap();
    let response = Response::builder().status(answer.status()).header(header::CONTENT_TYPE, "application/json");
    response.body(Body::from(answer.bytes().await.unwrap())).unwrap()
}

/// Starts all services with a proxy in front of the model service that holds requests.
async fn with_held_requests() -> (Stack, Service, mpsc::UnboundedReceiver<HeldRequest>) {
    let model = start_model(ANY.parse().unwrap()).await;
    let (held, requests) = mpsc::unbounded_channel();
    let gate = Gate { model: model.address, http: reqwest::Client::builder().no_proxy().build().unwrap(), held };
    let proxy = Router::new().fallback(forward).with_state(gate);
    let proxy = Service::start(ANY.parse().unwrap(), |_, _| proxy).await;
    let stack = Stack::of(proxy, empty_database().await).await;
    stack.until_ready().await;
    (stack, model, requests)
}

/// Returns the next held request.
async fn next(requests: &mut mpsc::UnboundedReceiver<HeldRequest>) -> HeldRequest {
    tokio::time::timeout(Duration::from_secs(20), requests.recv()).await.expect("no further request").unwrap()
}

fn points(drawing: &Value) -> usize {
    drawing["strokes"].as_array().unwrap().iter().map(|stroke| stroke.as_array().unwrap().len()).sum()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium"]
async fn the_page_sends_one_preview_at_a_time_and_then_the_newest_drawing() {
    let browser = Browser::chromium().await;
    let (stack, _model, mut requests) = with_held_requests().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&drawings::all()[3]["strokes"]).await;
    let first = next(&mut requests).await;
    browser.element("#answer[data-busy]").await;
    assert!(requests.is_empty(), "the page sends one request at a time");
    let drawn = browser.strokes().await.iter().map(Vec::len).sum::<usize>();
    assert!(points(&first.drawing) < drawn, "the first request has a part of the drawing");

    first.release.send(()).unwrap();
    let second = next(&mut requests).await;
    assert_eq!(points(&second.drawing), drawn, "one request has everything that was drawn meanwhile");
    second.release.send(()).unwrap();
    browser.until_text("#numeral", "3").await;
    browser.element("#answer[data-state=live]:not([data-busy])").await;
    browser.client.clone().close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium"]
async fn a_late_answer_never_replaces_a_newer_one() {
    let browser = Browser::chromium().await;
    let (stack, _model, mut requests) = with_held_requests().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.client.execute(WATCH, Vec::new()).await.unwrap();
    browser.draw(&drawings::all()[1]["strokes"]).await;
    let old = next(&mut requests).await;
    browser.press("#clear").await;
    browser.draw(&drawings::all()[5]["strokes"]).await;

    // The model answers for the new drawing first, and for the old one afterwards.
    let drawn = browser.strokes().await.iter().map(Vec::len).sum::<usize>();
    loop {
        let request = next(&mut requests).await;
        let is_last = points(&request.drawing) == drawn;
        // The page may have cancelled a request with a part of the drawing.
        let _ = request.release.send(());
        if is_last {
            break;
        }
    }
    browser.until_text("#numeral", "5").await;
    // The page may have cancelled the request. If not, its answer arrives before the answer of /readyz.
    let _ = old.release.send(());
    let fetch = "const [done] = arguments; fetch('/readyz').then((answer) => done(answer.status));";
    assert_eq!(browser.client.execute_async(fetch, Vec::new()).await.unwrap(), json!(200));
    let shown = browser.client.execute("return numerals;", Vec::new()).await.unwrap();
    assert!(!shown.as_array().unwrap().contains(&json!("1")), "{shown}");
    assert_eq!(shown.as_array().unwrap().last(), Some(&json!("5")));
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn without_a_model_the_page_draws_and_answers_when_the_model_returns() {
    let browser = Browser::chromium().await;
    let mut stack = Stack::start().await;
    let address = stack.model.take().unwrap().stop().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    let four = &drawings::all()[4]["strokes"];
    browser.draw(&json!([four[0]])).await;
    browser.until_text("#notice-title", "The model is unavailable").await;
    browser.until_text("#notice-detail", "Your drawing is still here. Trying again.").await;
    let before = browser.pixels().await;
    browser.draw(&json!([four[1]])).await;
    assert!(browser.pixels().await.share > before.share);
    assert_eq!(browser.strokes().await.len(), 2);

    stack.model = Some(start_model(address).await);
    browser.until_text("#numeral", "4").await;
    browser.element("#answer[data-state=live] #notice:not([data-code])").await;
    browser.client.clone().close().await.unwrap();
}

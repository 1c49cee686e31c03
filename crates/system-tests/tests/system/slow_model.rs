//! The page before a model service that takes its time, or is unavailable: one question at a time, never an old answer over a
//! new one, and it draws on all the same.

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

/// The numerals that the page has shown since.
const WATCH: &str = "const numeral = document.querySelector('#numeral');
    window.numerals = [];
    new MutationObserver(() => numerals.push(numeral.textContent)).observe(numeral, { childList: true });";

/// A question on its way to the model service, which gets it when it is let.
struct Held {
    drawing: Value,
    pass: oneshot::Sender<()>,
}

#[derive(Clone)]
struct Gate {
    model: SocketAddr,
    http: reqwest::Client,
    held: mpsc::UnboundedSender<Held>,
}

/// Hands everything on to the model service, drawings when they are let.
async fn pass_on(
    State(gate): State<Gate>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    if uri.path() == "/predict" {
        let (pass, passes) = oneshot::channel();
        gate.held.send(Held { drawing: serde_json::from_slice(&body).unwrap(), pass }).unwrap();
        // The test may have ended with some held.
        let _ = passes.await;
    }
    let mut request = gate.http.request(method, format!("http://{}{uri}", gate.model)).body(body);
    if let Some(kind) = headers.get(header::CONTENT_TYPE) {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    let answer = request.send().await.unwrap();
    let response = Response::builder().status(answer.status()).header(header::CONTENT_TYPE, "application/json");
    response.body(Body::from(answer.bytes().await.unwrap())).unwrap()
}

/// All three services, with a gate before the model service.
async fn gated() -> (Stack, Service, mpsc::UnboundedReceiver<Held>) {
    let model = start_model(ANY.parse().unwrap()).await;
    let (held, questions) = mpsc::unbounded_channel();
    let gate = Gate { model: model.address, http: reqwest::Client::builder().no_proxy().build().unwrap(), held };
    let proxy = Router::new().fallback(pass_on).with_state(gate);
    let proxy = Service::start(ANY.parse().unwrap(), |_, _| proxy).await;
    let stack = Stack::of(proxy, empty_database().await).await;
    stack.until_ready().await;
    (stack, model, questions)
}

/// The next question that is asked.
async fn next(questions: &mut mpsc::UnboundedReceiver<Held>) -> Held {
    tokio::time::timeout(Duration::from_secs(20), questions.recv()).await.expect("nothing more was asked").unwrap()
}

fn points(drawing: &Value) -> usize {
    drawing["strokes"].as_array().unwrap().iter().map(|stroke| stroke.as_array().unwrap().len()).sum()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium"]
async fn a_slow_model_is_asked_one_question_at_a_time_and_then_about_the_newest_drawing() {
    let browser = Browser::chromium().await;
    let (stack, _model, mut questions) = gated().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&drawings::all()[3]["strokes"]).await;
    let first = next(&mut questions).await;
    browser.element("#answer[data-busy]").await;
    assert!(questions.is_empty(), "it is asked again before it has answered");
    let drawn = browser.strokes().await.iter().map(Vec::len).sum::<usize>();
    assert!(points(&first.drawing) < drawn, "the first question was about a part of it");

    first.pass.send(()).unwrap();
    let second = next(&mut questions).await;
    assert_eq!(points(&second.drawing), drawn, "what was drawn meanwhile is one question");
    second.pass.send(()).unwrap();
    browser.until_text("#numeral", "3").await;
    browser.element("#answer[data-state=live]:not([data-busy])").await;
    browser.client.clone().close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium"]
async fn an_answer_that_comes_late_is_never_shown_over_a_newer_one() {
    let browser = Browser::chromium().await;
    let (stack, _model, mut questions) = gated().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.client.execute(WATCH, Vec::new()).await.unwrap();
    browser.draw(&drawings::all()[1]["strokes"]).await;
    let old = next(&mut questions).await;
    browser.press("#clear").await;
    browser.draw(&drawings::all()[5]["strokes"]).await;

    // The model answers for the new drawing first, and for the old one afterwards.
    let drawn = browser.strokes().await.iter().map(Vec::len).sum::<usize>();
    loop {
        let question = next(&mut questions).await;
        let is_last = points(&question.drawing) == drawn;
        // One about less of it may have been given up by now.
        let _ = question.pass.send(());
        if is_last {
            break;
        }
    }
    browser.until_text("#numeral", "5").await;
    // Its client may be gone; if not, its answer is on its way before the one that is waited for.
    let _ = old.pass.send(());
    let asked = "const [done] = arguments; fetch('/readyz').then((answer) => done(answer.status));";
    assert_eq!(browser.client.execute_async(asked, Vec::new()).await.unwrap(), json!(200));
    let shown = browser.client.execute("return numerals;", Vec::new()).await.unwrap();
    assert!(!shown.as_array().unwrap().contains(&json!("1")), "{shown}");
    assert_eq!(shown.as_array().unwrap().last(), Some(&json!("5")));
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn without_a_model_the_page_says_so_draws_on_and_answers_by_itself_when_it_is_back() {
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

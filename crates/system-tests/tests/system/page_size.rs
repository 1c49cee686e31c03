//! Tests of the size of the pages and of the compression of their files.

use crate::{
    drawings,
    stack::{Stack, json},
    webdriver::Browser,
};
use flate2::read::GzDecoder;
use reqwest::{Response, StatusCode};
use serde_json::Value;
use std::io::Read;

/// The largest number of bytes, as sent, for the first load of a page.
const MAX_SENT: u64 = 60_000;

/// Returns the files that the browser fetched, the page itself first: name, bytes as sent, bytes after decompression,
/// and whether the browser waited for the file before it showed the page.
const FETCHED: &str = "
    return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map((entry) => ({
        name: new URL(entry.name).pathname,
        sent: entry.encodedBodySize,
        used: entry.decodedBodySize,
        blocks: entry.renderBlockingStatus === 'blocking',
    }));";

#[tokio::test]
#[ignore = "needs Chromium"]
async fn the_page_is_small_and_waits_only_for_its_styles() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    let fetched = fetched(&browser).await;
    let names: Vec<&str> = fetched.iter().map(|file| file["name"].as_str().unwrap()).collect();
    for name in ["/", "/home/home.js", "/drawing/canvas.js", "/styles/base.css", "/icon.svg"] {
        assert!(names.iter().any(|fetched| fetched.ends_with(name)), "{name} is not among {names:?}");
    }
    assert_small("/", &fetched);

    let large = |file: &&Value| file["used"].as_u64() >= Some(1024);
    let whole: Vec<_> = fetched.iter().filter(large).filter(|file| file["sent"] == file["used"]).collect();
    assert!(whole.is_empty(), "sent without compression: {whole:?}");
    let blocking = fetched.iter().filter(|file| file["blocks"] == true);
    let others: Vec<_> = blocking.filter(|file| !file["name"].as_str().unwrap().contains("/styles/")).collect();
    assert!(others.is_empty(), "the page waits for more than its styles: {others:?}");
    // The console also shows violations of the content security policy.
    assert_eq!(browser.console().await, [] as [Value; 0]);
    browser.client.clone().close().await.unwrap();
}

/// Returns the files that the browser fetched for the current page.
async fn fetched(browser: &Browser) -> Vec<Value> {
    browser.client.execute(FETCHED, Vec::new()).await.unwrap().as_array().unwrap().clone()
}

fn assert_small(path: &str, fetched: &[Value]) {
    let sent: u64 = fetched.iter().map(|file| file["sent"].as_u64().unwrap()).sum();
    println!("{path} at its first load: {sent} bytes in {} files", fetched.len());
    assert!(sent <= MAX_SENT, "{path}: {sent} bytes are sent: {fetched:#?}");
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn the_other_pages_are_small() {
    let stack = Stack::start().await;
    let drawings = drawings::all();
    stack.add_first_model("one").await;
    let mut id = String::new();
    for digit in 0..50 {
        let answer = stack.draw(&drawings[digit % 10]).await;
        answer["id"].as_str().unwrap().clone_into(&mut id);
    }
    for path in ["/history", &format!("/drawings/{id}"), "/label", "/quality", "/models", "/models/training-examples"] {
        // A new browser has an empty cache.
        let browser = Browser::chromium().await;
        browser.client.goto(&stack.url(path)).await.unwrap();
        assert_small(path, &fetched(&browser).await);
        assert_eq!(browser.console().await, [] as [Value; 0], "{path}");
        browser.client.clone().close().await.unwrap();
    }
}

/// Returns the address of a file on the home page.
async fn asset(stack: &Stack, name: &str) -> String {
    let page = stack.get("/").send().await.unwrap().text().await.unwrap();
    page.split('"').find(|text| text.starts_with("/static/") && text.ends_with(name)).unwrap().to_owned()
}

async fn get(stack: &Stack, path: &str) -> Response {
    stack.get(path).header("accept-encoding", "gzip").send().await.unwrap()
}

fn encoding(response: &Response) -> Option<&str> {
    response.headers().get("content-encoding").map(|encoding| encoding.to_str().unwrap())
}

#[tokio::test]
async fn only_text_is_compressed_and_only_for_clients_that_accept_it() {
    let stack = Stack::start().await;
    let answer = stack.post("/predict?include=bitmap", "application/json", drawings::all()[2].to_string());
    let answer = answer.header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(encoding(&answer), None, "a prediction does not wait for compression");
    let id = json(answer, StatusCode::OK).await["id"].as_str().unwrap().to_owned();

    // The home page is left out, because it has a new idempotency key each time.
    for path in ["/history", &asset(&stack, "/base.css").await, "/openapi.json"] {
        let compressed = get(&stack, path).await;
        assert_eq!(encoding(&compressed), Some("gzip"), "{path}");
        assert!(compressed.headers().get_all("vary").iter().any(|vary| vary == "accept-encoding"), "{path}");
        let mut text = String::new();
        GzDecoder::new(&*compressed.bytes().await.unwrap()).read_to_string(&mut text).unwrap();
        let plain = stack.get(path).send().await.unwrap();
        assert_eq!(encoding(&plain), None, "{path}");
        assert!(plain.text().await.unwrap() == text, "{path}");
    }
    for path in ["/livez", &asset(&stack, "/icon.svg").await, &format!("/api/v1/predictions/{id}/bitmap.png")] {
        assert_eq!(encoding(&get(&stack, path).await), None, "{path}");
    }
}

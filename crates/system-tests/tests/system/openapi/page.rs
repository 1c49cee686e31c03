//! Tests of `GET /docs` in Chromium: the page shows every operation, tries one, and loads nothing from other origins.

use super::document::Document;
use crate::{stack::Stack, webdriver::Browser};
use fantoccini::Locator;
use reqwest::StatusCode;
use serde_json::Value;

/// The operation that the test tries, with the first example of its body.
const PREDICT: &str = "#operations-Recognise-predict";

const OPEN_ALL: &str = "document.querySelectorAll('.opblock-summary-control').forEach(summary => summary.click())";

/// Returns the origins of the page and of all that it loaded.
const ORIGINS: &str = "return [...new Set(performance.getEntries().map(entry => entry.name)
    .filter(name => name.includes('//')).map(name => new URL(name).origin))]";

#[tokio::test]
#[ignore = "needs Chromium"]
async fn the_documentation_page_of_both_services_shows_and_tries_operations() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    for service in [stack.api.address, stack.model.as_ref().unwrap().address] {
        let origin = format!("http://{service}");
        let operations = Document::of(&stack.http, service).await.operations().count();
        browser.client.goto(&format!("{origin}/docs")).await.unwrap();
        browser.element(".opblock").await;
        assert_eq!(browser.client.find_all(Locator::Css(".opblock")).await.unwrap().len(), operations);

        browser.client.execute(OPEN_ALL, Vec::new()).await.unwrap();
        browser.element(&format!("{PREDICT} .execute")).await.click().await.unwrap();
        browser.until_text(&format!("{PREDICT} .live-responses-table tbody .response-col_status"), "200").await;
        assert_eq!(browser.client.find_all(Locator::Css(".opblock.is-open")).await.unwrap().len(), operations);
        let origins = browser.client.execute(ORIGINS, Vec::new()).await.unwrap();
        assert_eq!(origins, Value::from(vec![origin]));
        assert_eq!(browser.console().await, Vec::<Value>::new());
    }
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
async fn the_documentation_page_loads_only_from_its_service_and_the_drawing_page_keeps_its_policy() {
    let stack = Stack::start().await;
    let policy = async |path: &str| {
        let response = stack.get(path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.headers()["content-security-policy"].to_str().unwrap().to_owned()
    };
    assert!(policy("/docs").await.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
    assert!(policy("/").await.starts_with("default-src 'self'; img-src 'self' blob:;"));
}

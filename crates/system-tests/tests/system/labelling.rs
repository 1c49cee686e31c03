//! Tests in Chromium that label the queue with the keyboard.

use crate::{drawings, stack::Stack, webdriver::Browser};
use serde_json::Value;

/// Returns the label of each drawing, oldest first.
async fn labels(stack: &Stack) -> Vec<Option<String>> {
    let query = "select true_label from prediction_logs order by id";
    sqlx::query_scalar(query).fetch_all(&mut stack.sql().await).await.unwrap()
}

async fn strike(browser: &Browser, key: &str) {
    browser.element("body").await.send_keys(key).await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn keys_label_skip_and_undo_in_the_labelling_queue() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    for digit in [1, 2, 3] {
        stack.draw(&drawings::all()[digit]).await;
    }
    browser.client.goto(&stack.url("/label")).await.unwrap();
    browser.until_text(".question p", "3 drawings left").await;

    strike(&browser, "7").await;
    browser.until_text(".question p", "2 drawings left").await;
    assert!(browser.element("#thanks").await.text().await.unwrap().starts_with("Labelled 7. The network predicted:"));
    // The page makes a single polite announcement.
    let said = browser.element("#announcement").await.prop("textContent").await.unwrap().unwrap();
    assert!(said.starts_with("Labelled 7."), "{said}");

    strike(&browser, "u").await;
    browser.until_text(".question p", "1 drawing left").await;
    strike(&browser, "S").await;
    browser.until_text(".nothing", "You skipped the drawings that are left.").await;
    assert_eq!(labels(&stack).await.iter().flatten().count(), 2);

    // The queue returns to the skipped drawing. An undo withdraws a wrong label and shows the same drawing again.
    browser.element(".pages a").await.click().await.unwrap();
    browser.until_text(".question p", "1 drawing left").await;
    let asked = browser.element(".choose input").await.prop("value").await.unwrap();
    strike(&browser, "n").await;
    browser.until_text(".question p", "0 drawings left").await;
    browser.element("#undo").await.click().await.unwrap();
    browser.until_text(".question p", "1 drawing left").await;
    assert_eq!(browser.element(".choose input").await.prop("value").await.unwrap(), asked);
    assert_eq!(labels(&stack).await.iter().flatten().count(), 2);
    assert_eq!(browser.console().await, [] as [Value; 0]);
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_rejected_label_keeps_the_drawing_and_shows_the_reason() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    stack.draw(&drawings::all()[4]).await;
    browser.client.goto(&stack.url("/label")).await.unwrap();
    browser.element(".choose").await;
    sqlx::query("delete from predictions").execute(&mut stack.sql().await).await.unwrap();
    strike(&browser, "4").await;
    browser.until_text("#trouble", "This drawing does not exist any more. Draw a new one.").await;
    browser.element(".choose").await;
    browser.client.clone().close().await.unwrap();
}

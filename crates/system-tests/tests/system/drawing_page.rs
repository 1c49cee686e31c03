//! Tests of a drawing's page in Chromium: replay, explanation, labels and deletion.

use crate::{drawings, stack::Stack, webdriver::Browser};
use fantoccini::Locator;
use serde_json::{Value, json as value};
use std::time::Duration;

/// The page ignores a second press before this delay, because it may belong to a double click.
const CONFIRMATION_DELAY: Duration = Duration::from_millis(600);

/// Returns the visible part of each stroke in the picture.
const DRAWN: &str =
    "return [...document.querySelectorAll('svg.strokes polyline')].map((line) => line.getAttribute('points').trim());";

#[tokio::test]
#[ignore = "needs Chromium"]
async fn the_replay_adds_strokes_one_by_one_and_ends_with_the_whole_drawing() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    let four = &drawings::all()[4];
    let id = stack.draw(four).await["id"].as_str().unwrap().to_owned();
    browser.client.goto(&stack.url(&format!("/drawings/{id}"))).await.unwrap();
    let drawn = async || browser.client.execute(DRAWN, Vec::new()).await.unwrap();
    let whole = drawn().await;
    assert_eq!(whole.as_array().unwrap().len(), four["strokes"].as_array().unwrap().len());

    // The script collects each painted state until the drawing is complete again.
    let watch = "
        const done = arguments[0];
        const states = [];
        const look = () => [...document.querySelectorAll('svg.strokes polyline')].map((line) => line.getAttribute('points').trim());
        const whole = look().join();
        document.getElementById('replay').click();
        const next = () => {
            states.push(look());
            if (states.length > 1 && look().join() === whole && states.some((state) => state.join() !== whole)) done(states);
            else requestAnimationFrame(next);
        };
        requestAnimationFrame(next);";
    let states = browser.client.execute_async(watch, Vec::new()).await.unwrap();
    let lengths: Vec<usize> = (states.as_array().unwrap().iter())
        .map(|state| state.as_array().unwrap().iter().map(|points| points.as_str().unwrap().len()).sum())
        .collect();
    let begun = lengths.iter().position(|length| *length < lengths[lengths.len() - 1]).unwrap();
    assert!(lengths[begun..].is_sorted(), "the replay only adds strokes: {lengths:?}");
    assert_eq!(drawn().await, whole);
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn keys_and_buttons_label_a_drawing_on_its_page() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    let id = stack.draw(&drawings::all()[6]).await["id"].as_str().unwrap().to_owned();
    let address = stack.url(&format!("/drawings/{id}"));
    browser.client.goto(&address).await.unwrap();
    browser.element("#answer[data-state=recorded]").await;
    browser.element("body").await.send_keys("8").await.unwrap();
    browser.element("#answer[data-state=labelled][data-true-label='8']").await;
    assert_eq!(browser.client.current_url().await.unwrap().as_str(), address, "the page is the same");
    browser.element("#wrong").await.click().await.unwrap();
    browser.client.find(Locator::Css("[data-label='6']")).await.unwrap().click().await.unwrap();
    browser.element("#answer[data-true-label='6']").await;
    browser.element("body").await.send_keys("\u{e009}z").await.unwrap(); // Ctrl+Z
    browser.element("#answer[data-state=recorded]").await;
    let labels: Vec<Value> = sqlx::query_scalar("select coalesce(to_json(true_label), 'null') from labels order by id")
        .fetch_all(&mut stack.sql().await)
        .await
        .unwrap();
    assert_eq!(labels, [value!("8"), value!("6"), Value::Null]);
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn the_browser_that_drew_a_drawing_explains_and_deletes_it_on_its_page() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&drawings::all()[7]["strokes"]).await;
    browser.element("#answer[data-state=live]").await;
    browser.element("#submit").await.click().await.unwrap();
    browser.element("#answer[data-state=recorded] #more").await.click().await.unwrap();
    browser.element("#drawing").await;

    browser.element("#explain").await.click().await.unwrap();
    browser.until_text("#attribution-digit", "7").await;
    assert!(browser.element("#attribution-for").await.text().await.unwrap().starts_with("Speaks for it"));

    browser.element("#delete[hidden]").await;
    browser.press("#deletion button").await;
    assert_eq!(stack.rows().await, 1, "the browser asks to tick the box");
    browser.press("#deletion input").await;
    browser.press("#deletion button").await;
    until_deleted(&browser, &stack).await;
    browser.client.clone().close().await.unwrap();
}

/// Waits for the history, and checks that it is empty.
async fn until_deleted(browser: &Browser, stack: &Stack) {
    browser.element(".nothing").await;
    assert!(browser.client.current_url().await.unwrap().as_str().ends_with("/history"));
    assert_eq!(stack.rows().await, 0);
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_browser_that_has_lost_its_cookie_deletes_a_drawing_with_its_deletion_token() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    let answer = stack.draw(&drawings::all()[7]).await;
    let [id, token] = ["id", "deletion_token"].map(|part| answer[part].as_str().unwrap());
    browser.client.goto(&stack.url("/")).await.unwrap();
    let keep = "localStorage.setItem('deletion-tokens', JSON.stringify([[arguments[0], arguments[1]]]));";
    browser.client.execute(keep, vec![value!(id), value!(token)]).await.unwrap();
    browser.client.goto(&stack.url(&format!("/drawings/{id}"))).await.unwrap();
    let delete = browser.element("#delete:not([hidden])").await;
    delete.click().await.unwrap();
    browser.element("#delete[data-confirming]").await;
    assert_eq!(stack.rows().await, 1, "one press does not delete");
    tokio::time::sleep(CONFIRMATION_DELAY).await;
    delete.click().await.unwrap();
    until_deleted(&browser, &stack).await;
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn another_browser_is_not_offered_to_delete_a_drawing() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    let id = stack.draw(&drawings::all()[7]).await["id"].as_str().unwrap().to_owned();
    browser.client.goto(&stack.url(&format!("/drawings/{id}"))).await.unwrap();
    browser.element("#explain").await.click().await.unwrap();
    // The attribution appears after the script has run.
    browser.until_text("#attribution-digit", "7").await;
    browser.element("#delete[hidden]").await;
    assert!(browser.client.find(Locator::Css("#deletion")).await.is_err());
    browser.client.clone().close().await.unwrap();
}

//! A drawing's page in a real browser: it is drawn again as it was drawn, and labelled.

use crate::{chromium::Browser, drawings, stack::Stack};
use fantoccini::Locator;
use serde_json::{Value, json as value};

/// What each stroke of the picture shows.
const DRAWN: &str =
    "return [...document.querySelectorAll('svg.strokes polyline')].map((line) => line.getAttribute('points').trim());";

#[tokio::test]
async fn a_drawing_is_drawn_again_stroke_by_stroke_and_ends_as_it_was() {
    let Some(browser) = Browser::start().await else { return };
    let stack = Stack::start().await;
    let four = &drawings::all()[4];
    let id = stack.draw(four).await["id"].as_str().unwrap().to_owned();
    browser.client.goto(&stack.url(&format!("/drawings/{id}"))).await.unwrap();
    let drawn = async || browser.client.execute(DRAWN, Vec::new()).await.unwrap();
    let whole = drawn().await;
    assert_eq!(whole.as_array().unwrap().len(), four["strokes"].as_array().unwrap().len());

    // Each state that is painted, until it is whole again.
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
    assert!(lengths[begun..].is_sorted(), "ink is only added: {lengths:?}");
    assert_eq!(drawn().await, whole);
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
async fn a_drawings_page_takes_a_label_by_key_and_by_button() {
    let Some(browser) = Browser::start().await else { return };
    let stack = Stack::start().await;
    let id = stack.draw(&drawings::all()[6]).await["id"].as_str().unwrap().to_owned();
    let address = stack.url(&format!("/drawings/{id}"));
    browser.client.goto(&address).await.unwrap();
    browser.element("#answer[data-state=recorded]").await;
    browser.element("body").await.send_keys("8").await.unwrap();
    browser.element("#answer[data-state=labelled][data-true-label='8']").await;
    assert_eq!(browser.client.current_url().await.unwrap().as_str(), address, "it is the same page still");
    browser.element("#wrong").await.click().await.unwrap();
    browser.client.find(Locator::Css("[data-label='6']")).await.unwrap().click().await.unwrap();
    browser.element("#answer[data-true-label='6']").await;
    let labels: Vec<Value> = sqlx::query_scalar("select to_json(true_label) from labels order by id")
        .fetch_all(&mut stack.sql().await)
        .await
        .unwrap();
    assert_eq!(labels, [value!("8"), value!("6")]);
    browser.client.clone().close().await.unwrap();
}

//! Tests of drawings that are no digit: responses, pages and rows have the verdict and the reason.

use crate::{
    drawings::{self, Picture},
    stack::{Stack, json},
    webdriver::Browser,
};
use reqwest::StatusCode;
use serde_json::{Value, json as value};

/// Returns drawings that are no digit, with the reason and the sentence on the page.
fn negatives() -> [(Value, &'static str, &'static str); 3] {
    [
        (drawings::dot(), "too_small", "The drawing is too small to tell."),
        (drawings::two_digits(), "several_digits", "Several digits, it seems. One at a time, please."),
        (drawings::scribble(), "unlike_a_digit", "It looks like no digit from 0 to 9."),
    ]
}

#[tokio::test]
async fn a_dot_two_digits_and_a_scribble_are_rejected_and_stored_with_the_reason() {
    let stack = Stack::start().await;
    for (drawing, reason, _) in negatives() {
        let answer = stack.draw(&drawing).await;
        assert_eq!((&answer["verdict"], &answer["reason"]), (&value!("not_a_digit"), &value!(reason)), "{answer}");
        let path = format!("/api/v1/predictions/{}", answer["id"].as_str().unwrap());
        let row = json(stack.get(&path).send().await.unwrap(), StatusCode::OK).await;
        assert_eq!((&row["verdict"], &row["reason"]), (&answer["verdict"], &answer["reason"]));
    }
    let logged: Vec<String> = sqlx::query_scalar("select reason from prediction_logs order by id")
        .fetch_all(&mut stack.sql().await)
        .await
        .unwrap();
    assert_eq!(logged, negatives().map(|(_, reason, _)| reason));
}

#[tokio::test]
async fn pictures_of_two_digits_and_of_a_scribble_are_rejected() {
    let stack = Stack::start().await;
    for (drawing, reason, _) in &negatives()[1..] {
        let request = stack.upload("/predict?preview=true", Picture::default().png(drawing));
        let answer = json(request.send().await.unwrap(), StatusCode::OK).await;
        assert_eq!((&answer["verdict"], &answer["reason"]), (&value!("not_a_digit"), &value!(reason)), "{answer}");
    }
}

#[tokio::test]
async fn ten_digits_are_accepted_without_a_reason() {
    let stack = Stack::start().await;
    for drawing in drawings::all() {
        let answer = stack.draw(&drawing).await;
        assert_eq!((&answer["verdict"], answer.get("reason")), (&value!("digit"), None), "{answer}");
    }
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn the_page_shows_the_reason_while_drawing_and_after_submission() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    for (drawing, reason, sentence) in negatives() {
        // The page shows the reason while the person draws, and nothing is stored yet.
        browser.draw(&drawing["strokes"]).await;
        browser.until_text("#numeral", "Not a digit").await;
        browser.until_text("#why", sentence).await;

        // After submission a screen reader announces the reason once, and the thumbnail still has it during the next
        // drawing.
        browser.element("#submit").await.click().await.unwrap();
        browser.element("#answer[data-state=recorded][data-verdict=not_a_digit]").await;
        let said = browser.element("#announcement").await.prop("textContent").await.unwrap();
        assert_eq!(said, Some(format!("Recorded: Not a digit. {sentence}")));
        browser.element("#right").await.click().await.unwrap();
        browser.element("#answer[data-state=labelled]").await;
        browser.element("#recent li:first-child .truth.good").await;
        let tag = browser.element("#recent li:first-child .guess").await.text().await.unwrap();
        assert_eq!(tag, if reason == "unlike_a_digit" { "not a digit".to_owned() } else { reason.replace('_', " ") });
        browser.element("#canvas").await.send_keys("\u{e00c}").await.unwrap(); // Escape
        browser.element("#answer[data-state=empty]").await;
    }
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_digit_after_a_rejected_drawing_is_accepted() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&drawings::dot()["strokes"]).await;
    browser.until_text("#numeral", "Not a digit").await;
    browser.element("#undo").await.click().await.unwrap();
    browser.draw(&drawings::all()[5]["strokes"]).await;
    browser.until_text("#numeral", "5").await;
    assert_eq!(browser.element("#why").await.text().await.unwrap(), "");
    browser.client.clone().close().await.unwrap();
}

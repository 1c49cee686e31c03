//! A test in Chromium: a person draws with the pointer, sees the answer and labels it.

use crate::{
    drawings,
    stack::{Stack, json},
    webdriver::Browser,
};
use fantoccini::Locator;
use reqwest::StatusCode;
use serde_json::{Value, json as value};

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_person_draws_a_digit_sees_the_answer_and_labels_it() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&drawings::all()[5]["strokes"]).await;

    // The page shows an answer while the person draws, and nothing is stored yet.
    browser.element("#answer[data-state=live]").await;
    browser.until_text("#numeral", "5").await;
    assert_eq!(browser.client.find_all(Locator::Css("#bars li")).await.unwrap().len(), 10);
    assert_eq!(stack.rows().await, 0);

    // A screen reader announces the answer once, when it is recorded.
    let listen = "const heard = (window.heard = []);
        const voice = document.getElementById('announcement');
        new MutationObserver(() => heard.push(voice.textContent)).observe(voice, { childList: true, characterData: true });";
    browser.client.execute(listen, Vec::new()).await.unwrap();

    // The submission makes a row, and a key labels it.
    browser.element("#submit").await.click().await.unwrap();
    browser.element("#answer[data-state=recorded]").await;
    browser.element("#recent .card").await;
    let heard = browser.client.execute("return window.heard;", Vec::new()).await.unwrap();
    let [heard] = &heard.as_array().unwrap()[..] else { panic!("{heard}") };
    assert!(heard.as_str().unwrap().starts_with("Recorded: 5"), "{heard}");
    browser.element("#canvas").await.send_keys("5").await.unwrap();
    browser.element("#answer[data-state=labelled]").await;
    let logged: Vec<(i16, Option<String>)> = sqlx::query_as("select prediction, true_label from prediction_logs")
        .fetch_all(&mut stack.sql().await)
        .await
        .unwrap();
    assert_eq!(logged, [(5, Some("5".to_owned()))]);

    // The page lists the drawing among the recent ones, and the row has the strokes with their times.
    browser.element("#recent .card .truth.good").await;
    let page = json(stack.get("/api/v1/predictions").send().await.unwrap(), StatusCode::OK).await;
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

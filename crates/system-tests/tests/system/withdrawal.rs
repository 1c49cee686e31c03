//! Withdrawing on the page: a label, and a submitted drawing.

use crate::{drawings, stack::Stack, webdriver::Browser};
use fantoccini::key::Key;
use serde_json::{Value, json};
use std::time::Duration;

const FORBID_STORAGE: &str = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };";

/// Keeps more deletion tokens than are kept, and tells which of them are.
const MANY_TOKENS: &str = r#"const [done] = arguments;
    const module = document.querySelector("link[href$='/deletion-tokens.js']").href;
    import(module).then(({ keep, deletionTokenOf }) => {
        for (let i = 0; i <= 500; i++) keep(`id ${i}`, `token ${i}`);
        done([deletionTokenOf('id 0') ?? null, deletionTokenOf('id 1'), deletionTokenOf('id 500')]);
    });"#;

/// The labels that were ever given, and the one that counts.
async fn labels(stack: &Stack) -> (Vec<Option<String>>, Option<String>) {
    let mut sql = stack.sql().await;
    let all = sqlx::query_scalar("select true_label from labels order by id").fetch_all(&mut sql).await.unwrap();
    let one = sqlx::query_scalar("select true_label from prediction_logs").fetch_one(&mut sql).await.unwrap();
    (all, one)
}

async fn submit(browser: &Browser, stack: &Stack) {
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&drawings::all()[5]["strokes"]).await;
    browser.until_text("#numeral", "5").await;
    browser.press("#submit").await;
    browser.element("#answer[data-state=recorded]").await;
}

/// Presses "Delete" until it is pressed twice, however long each takes.
async fn delete(browser: &Browser) {
    let gone = "return document.querySelector('#answer').dataset.state === 'empty';";
    let press = "const button = document.querySelector('#delete'); if (!button.hidden) button.click();";
    for _ in 0..100 {
        if browser.client.execute(gone, Vec::new()).await.unwrap() == Value::Bool(true) {
            return;
        }
        browser.client.execute(press, Vec::new()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it is not deleted: {}", browser.element("#notice").await.text().await.unwrap());
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_label_is_taken_back_by_a_button_or_by_the_key_that_undoes() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    submit(&browser, &stack).await;
    let drawn = browser.pixels().await;
    browser.press("#right").await;
    browser.element("#answer[data-state=labelled]").await;
    browser.until_text("#label .thanks", "Thank you. Labelled 5.").await;
    browser.press("#take-back").await;
    browser.element("#answer[data-state=recorded]").await;
    browser.until_text("#announcement", "The label is taken back.").await;
    browser.element("#right:focus").await;
    assert_eq!(labels(&stack).await, (vec![Some("5".to_owned()), None], None));
    browser.element("#recent .card .truth.quiet").await;

    let canvas = browser.element("#canvas").await;
    let undo = format!("{}z{}", char::from(Key::Control), char::from(Key::Null));
    canvas.send_keys("3").await.unwrap();
    browser.element("#answer[data-state=labelled]").await;
    browser.element("#take-back[aria-keyshortcuts='Control+Z']").await;
    canvas.send_keys(&undo).await.unwrap();
    browser.element("#answer[data-state=recorded]").await;
    assert_eq!(labels(&stack).await.1, None);
    assert!(browser.pixels().await.is_like(&drawn), "it is the label that is taken back");
    browser.element("#undo[aria-keyshortcuts='Control+Z']").await;
    canvas.send_keys(&undo).await.unwrap();
    browser.element("#answer:not([data-state=recorded])").await;

    // A label of another day, or of another drawing, is not what was done last.
    browser
        .element("#canvas")
        .await
        .send_keys(&format!("{}y{}", char::from(Key::Control), char::from(Key::Null)))
        .await
        .unwrap();
    browser.element("#answer[data-state=recorded]").await;
    canvas.send_keys("5").await.unwrap();
    browser.element("#answer[data-state=labelled]").await;
    browser.press("#clear").await;
    browser.element("#answer[data-state=empty]").await;
    canvas.send_keys(&undo).await.unwrap();
    browser.element("#answer[data-state=labelled]").await;
    browser.client.refresh().await.unwrap();
    browser.press("#recent .card").await;
    browser.element("#answer[data-state=labelled]").await;
    browser.element("#canvas").await.send_keys(&undo).await.unwrap();
    browser.element("#answer[data-state=empty]").await;
    assert_eq!(labels(&stack).await.1.as_deref(), Some("5"));
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn who_submitted_a_drawing_here_deletes_it_by_pressing_twice_and_nothing_brings_it_back() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    submit(&browser, &stack).await;
    // Opened again on another day, with a later version of the page, it is still theirs.
    let name_it_as_before = "localStorage.receipts = localStorage['deletion-tokens'];
        localStorage.removeItem('deletion-tokens');";
    browser.client.execute(name_it_as_before, Vec::new()).await.unwrap();
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.press("#recent .card").await;
    browser.element("#delete:not([hidden])").await;
    let twice_at_once = "const button = document.querySelector('#delete'); button.click(); button.click();";
    browser.client.execute(twice_at_once, Vec::new()).await.unwrap();
    browser.element("#answer[data-state=recorded]").await;
    assert_eq!(stack.rows().await, 1, "a double click is no second thought");
    delete(&browser).await;
    assert_eq!(stack.rows().await, 0);
    browser.until_text("#announcement", "Deleted, with its label.").await;
    browser.until_text("#recent p", "Nothing yet. The first drawing that you submit appears here.").await;
    browser.element("#delete[hidden]").await;
    browser.element("#submit[aria-disabled=true]").await;
    browser.press("#undo").await;
    browser.element("#answer[data-state=empty]").await;
    let stored = browser.client.execute("return { ...localStorage };", Vec::new()).await.unwrap();
    assert_eq!((&stored["deletion-tokens"], stored.get("receipts")), (&json!("[]"), None));
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_drawing_from_elsewhere_has_no_delete_and_one_that_is_gone_already_is_gone() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    let id = stack.draw(&drawings::all()[3]).await["id"].as_str().unwrap().to_owned();
    browser.client.goto(&stack.url(&format!("/?shown={id}"))).await.unwrap();
    browser.element("#answer[data-state=recorded]").await;
    browser.element("#delete[hidden]").await;

    submit(&browser, &stack).await;
    browser.element("#delete:not([hidden])").await;
    sqlx::query("delete from predictions where prediction = 5").execute(&mut stack.sql().await).await.unwrap();
    delete(&browser).await;
    browser.until_text("#announcement", "Deleted, with its label.").await;
    assert_eq!(stack.rows().await, 1);
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_browser_that_may_keep_nothing_draws_and_labels_but_cannot_delete() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.client.execute(FORBID_STORAGE, Vec::new()).await.unwrap();
    browser.press("#width").await;
    browser.draw(&drawings::all()[5]["strokes"]).await;
    browser.until_text("#numeral", "5").await;
    browser.press("#submit").await;
    browser.element("#answer[data-state=recorded]").await;
    browser.element("#delete[hidden]").await;
    browser.press("#right").await;
    browser.element("#answer[data-state=labelled]").await;
    assert_eq!(browser.console().await, [] as [Value; 0]);

    browser.client.refresh().await.unwrap();
    let kept = browser.client.execute_async(MANY_TOKENS, Vec::new()).await.unwrap();
    assert_eq!(kept, json!([null, "token 1", "token 500"]), "the oldest went first");
    browser.client.clone().close().await.unwrap();
}

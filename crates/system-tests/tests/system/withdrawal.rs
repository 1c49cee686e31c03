//! Tests in Chromium that withdraw a label and delete a submitted drawing.

use crate::{drawings, stack::Stack, webdriver::Browser};
use fantoccini::key::Key;
use serde_json::{Value, json};
use std::time::Duration;

const FORBID_STORAGE: &str = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };";

/// Stores one deletion token more than the limit, and returns the oldest, the next and the newest token.
const MANY_TOKENS: &str = r#"const [done] = arguments;
    const module = document.querySelector("link[href$='/deletion-tokens.js']").href;
    import(module).then(({ keep, deletionTokenOf }) => {
        for (let i = 0; i <= 500; i++) keep(`id ${i}`, `token ${i}`);
        done([deletionTokenOf('id 0') ?? null, deletionTokenOf('id 1'), deletionTokenOf('id 500')]);
    });"#;

/// Returns all recorded labels, and the current label.
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

/// Presses "Delete" until the drawing is deleted.
pub(crate) async fn delete(browser: &Browser) {
    let deleted = "return document.querySelector('#answer').dataset.state === 'empty';";
    let press = "const button = document.querySelector('#delete'); if (!button.hidden) button.click();";
    for _ in 0..100 {
        if browser.client.execute(deleted, Vec::new()).await.unwrap() == Value::Bool(true) {
            return;
        }
        browser.client.execute(press, Vec::new()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the drawing is not deleted: {}", browser.element("#notice").await.text().await.unwrap());
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_label_is_withdrawn_by_a_button_or_by_the_undo_key() {
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
    assert!(browser.pixels().await.is_like(&drawn), "the undo key withdraws the label, not a stroke");
    browser.element("#undo[aria-keyshortcuts='Control+Z']").await;
    canvas.send_keys(&undo).await.unwrap();
    browser.element("#answer:not([data-state=recorded])").await;

    // The undo key does not withdraw the label of another drawing, or of an earlier page view.
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
async fn the_browser_that_submitted_a_drawing_deletes_it_for_good_with_two_presses() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    submit(&browser, &stack).await;
    // An older version of the page stored the token under another name.
    let rename_to_old_name = "localStorage.receipts = localStorage['deletion-tokens'];
        localStorage.removeItem('deletion-tokens');";
    browser.client.execute(rename_to_old_name, Vec::new()).await.unwrap();
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.press("#recent .card").await;
    browser.element("#delete:not([hidden])").await;
    let twice_at_once = "const button = document.querySelector('#delete'); button.click(); button.click();";
    browser.client.execute(twice_at_once, Vec::new()).await.unwrap();
    browser.element("#answer[data-state=recorded]").await;
    assert_eq!(stack.rows().await, 1, "a double click does not delete");
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
async fn only_the_submitting_browser_offers_to_delete_and_a_deleted_drawing_disappears() {
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
async fn a_browser_without_storage_draws_and_labels_but_cannot_delete() {
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
    let tokens = browser.client.execute_async(MANY_TOKENS, Vec::new()).await.unwrap();
    assert_eq!(tokens, json!([null, "token 1", "token 500"]), "the page drops the oldest token");
    browser.client.clone().close().await.unwrap();
}

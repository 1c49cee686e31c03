//! A visitor, an operator and a labeller in Chromium with JavaScript switched off.

use crate::{
    drawings::{self, Picture},
    person::Person,
    stack::Stack,
    webdriver::{Browser, poll},
};
use reqwest::StatusCode;
use serde_json::json as value;
use std::fs;

impl Browser {
    /// Starts Chromium, in which no page runs a script. The driver still can.
    async fn without_javascript() -> Self {
        let browser = Self::chromium().await;
        browser.devtools("Emulation.setScriptExecutionDisabled", &value!({ "value": true })).await;
        browser
    }
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn without_javascript_a_visitor_uploads_labels_and_deletes_and_people_with_accounts_do_their_work() {
    let stack = Stack::with_accounts().await;
    let (visitor, operator) = (Browser::without_javascript().await, Browser::without_javascript().await);
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("five.png");
    fs::write(&picture, Picture::default().png(&drawings::all()[5])).unwrap();

    // The visitor uploads a picture, allows training with it, labels it and withdraws the label.
    visitor.open(&stack, "/").await;
    visitor.element("noscript p").await; // the browser parses this as an element only without scripts
    visitor.element("#file").await.send_keys(picture.to_str().unwrap()).await.unwrap();
    visitor.press("#may-train").await;
    visitor.press("#upload button").await;
    visitor.until_text("#numeral", "5").await;
    visitor.press("#wrong").await;
    visitor.press("[data-label='5']").await;
    visitor.element("#answer[data-state=labelled][data-true-label='5']").await;
    visitor.press("#take-back").await;
    visitor.element("#answer[data-state=recorded]").await;
    let kept: (Option<bool>, i64) = sqlx::query_as("select may_train, (select count(*) from labels) from predictions")
        .fetch_one(&mut stack.sql().await)
        .await
        .unwrap();
    assert_eq!(kept, (Some(true), 2));

    // An operator invites a labeller, who labels the picture from the queue.
    operator.accept(&stack, &stack.invite("ada", "operator").await).await;
    operator.open(&stack, "/people").await;
    operator.fill("form.fields input[name=name]", "grace").await;
    operator.press("button[value=invite]").await;
    let code = operator.element(".secret code").await.text().await.unwrap();
    let labeller = Browser::without_javascript().await;
    labeller.accept(&stack, &code).await;
    labeller.open(&stack, "/label").await;
    labeller.press("button[data-label='5']").await;
    labeller.element("#thanks").await;
    let last = "select true_label, role from labels order by id desc limit 1";
    let label: (String, String) = sqlx::query_as(last).fetch_one(&mut stack.sql().await).await.unwrap();
    assert_eq!(label, ("5".to_owned(), "labeller".to_owned()));

    // A change of the password ends the other session.
    let elsewhere = Person::new(&stack);
    elsewhere.log_in("grace", Person::PASSWORD).await.leads_to("/account");
    labeller.open(&stack, "/account").await;
    labeller.fill("input[name=old]", Person::PASSWORD).await;
    labeller.fill("input[name=new]", "another horse battery").await;
    labeller.press("form[action='/account/password'] button").await;
    let has_ended = async || (elsewhere.get("/account").await.status() == StatusCode::SEE_OTHER).then_some(());
    assert!(poll(has_ended).await.is_some(), "the other session has ended");
    labeller.open(&stack, "/account").await;
    labeller.until_text("h1", "Account").await;

    // The visitor deletes the picture on its page.
    visitor.press("#more").await;
    visitor.press("#deletion input").await;
    visitor.press("#deletion button").await;
    visitor.arrives_at("/history").await;
    assert_eq!(stack.rows().await, 0);
    for browser in [visitor, operator, labeller] {
        browser.client.clone().close().await.unwrap();
    }
}

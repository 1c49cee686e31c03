//! Accounts in Chromium: a visitor, another visitor, an operator and a labeller, each in a browser.

use crate::{
    accessibility::{assert_accessible_everywhere, languages},
    drawings,
    person::Person,
    stack::Stack,
    test_logs,
    webdriver::{Browser, poll},
    withdrawal::delete,
};
use fantoccini::{Locator, key::Key};
use reqwest::StatusCode;

impl Browser {
    pub(crate) async fn open(&self, stack: &Stack, path: &str) {
        self.client.goto(&stack.url(path)).await.unwrap();
    }

    /// Replaces the text of a field.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        let field = self.element(selector).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Waits until the browser is at this path.
    pub(crate) async fn arrives_at(&self, path: &str) {
        let arrived = poll(async || {
            let url = self.client.current_url().await.unwrap();
            (url.path() == path).then_some(())
        });
        assert!(arrived.await.is_some(), "at {}, not at {path}", self.client.current_url().await.unwrap());
    }

    pub(crate) async fn log_in(&self, stack: &Stack, name: &str, password: &str) {
        self.open(stack, "/login").await;
        self.fill("input[name=name]", name).await;
        self.fill("input[name=password]", password).await;
        test_logs::secret("password", password);
        self.press("main form button").await;
    }

    /// Sets a password with an invitation code.
    pub(crate) async fn accept(&self, stack: &Stack, code: &str) {
        self.open(stack, "/invitation").await;
        self.fill("input[name=code]", code).await;
        self.fill("input[name=password]", Person::PASSWORD).await;
        self.press("main form button").await;
        self.arrives_at("/account").await;
    }

    async fn count(&self, selector: &str) -> usize {
        self.client.find_all(Locator::Css(selector)).await.unwrap().len()
    }
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_visitor_sees_own_drawings_and_a_labeller_whom_an_operator_invites_labels_them() {
    let stack = Stack::with_accounts().await;
    let (visitor, other) = (Browser::chromium().await, Browser::chromium().await);

    // The visitor draws and labels.
    visitor.open(&stack, "/").await;
    assert_eq!(visitor.element("#privacy").await.text().await.unwrap().matches("labellers").count(), 1);
    visitor.press("#may-train").await;
    visitor.draw(&drawings::all()[5]["strokes"]).await;
    visitor.element("#answer[data-state=live]").await;
    visitor.press("#submit").await;
    visitor.element("#answer[data-state=recorded]").await;
    visitor.element("#canvas").await.send_keys("5").await.unwrap();
    visitor.element("#answer[data-state=labelled]").await;
    let may_train: Option<bool> =
        sqlx::query_scalar("select may_train from predictions").fetch_one(&mut stack.sql().await).await.unwrap();
    assert_eq!(may_train, Some(true), "the visitor allowed it");
    visitor.open(&stack, "/").await;
    assert!(visitor.element("#may-train").await.is_selected().await.unwrap(), "the browser remembers the choice");
    visitor.open(&stack, "/history").await;
    visitor.element(".card").await;
    let drawing = visitor.element("a.card, .card a").await.attr("href").await.unwrap().unwrap();

    // Another visitor sees nothing of it.
    other.open(&stack, "/history").await;
    assert_eq!(other.count(".card").await, 0);
    other.open(&stack, &drawing).await;
    assert_eq!(other.element("h1").await.text().await.unwrap(), "This drawing does not exist any more");
    other.open(&stack, "/label").await;
    other.arrives_at("/login").await;

    // An operator invites a labeller.
    let operator = Browser::chromium().await;
    operator.accept(&stack, &stack.invite("ada", "operator").await).await;
    operator.open(&stack, "/people").await;
    operator.fill("form.fields input[name=name]", "grace").await;
    operator.press("button[value=invite]").await;
    let code = operator.element(".secret code").await.text().await.unwrap();

    // The visitor withdraws the label, and the labeller labels the drawing from the queue.
    let undo = format!("{}/label", drawing.split('?').next().unwrap());
    assert!(undo.starts_with("/drawings/"), "{undo}");
    sqlx::query("insert into labels (prediction_id, true_label) select id, null from predictions")
        .execute(&mut stack.sql().await)
        .await
        .unwrap();
    other.accept(&stack, &code).await;
    other.open(&stack, "/label").await;
    other.press("button[data-label='5']").await;
    other.element("#thanks").await;
    let labelled: (String, String) = sqlx::query_as("select true_label, role from labels order by id desc limit 1")
        .fetch_one(&mut stack.sql().await)
        .await
        .unwrap();
    assert_eq!(labelled, ("5".to_owned(), "labeller".to_owned()));

    // A change of the password ends the other session.
    let elsewhere = Person::new(&stack);
    elsewhere.log_in("grace", Person::PASSWORD).await.leads_to("/account");
    other.open(&stack, "/account").await;
    other.fill("input[name=old]", Person::PASSWORD).await;
    other.fill("input[name=new]", "another horse battery").await;
    other.press("form[action='/account/password'] button").await;
    let has_ended = async || (elsewhere.get("/account").await.status() == StatusCode::SEE_OTHER).then_some(());
    assert!(poll(has_ended).await.is_some(), "the other session has ended");
    other.open(&stack, "/account").await;
    assert_eq!(other.element("h1").await.text().await.unwrap(), "Account");

    // The visitor deletes the drawing.
    visitor.open(&stack, "/").await;
    visitor.press("#recent .card a, #recent a.card").await;
    visitor.element("#delete:not([hidden])").await;
    delete(&visitor).await;
    assert_eq!(stack.rows().await, 0);
    assert_eq!(elsewhere.get(&drawing).await.status(), StatusCode::NOT_FOUND);
    for browser in [visitor, other, operator] {
        browser.client.clone().close().await.unwrap();
    }
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn asvs_6_2_7_a_password_can_be_pasted_and_a_password_manager_finds_the_fields() {
    let stack = Stack::with_accounts().await;
    let browser = Browser::chromium().await;
    let control = |key: char| format!("{}{key}{}", char::from(Key::Control), char::from(Key::Null));
    for (path, source, autocomplete) in
        [("/login", "input[name=name]", "current-password"), ("/invitation", "input[name=code]", "new-password")]
    {
        browser.open(&stack, path).await;
        browser.fill(source, "pasted horse battery").await;
        let field = browser.element(source).await;
        field.send_keys(&control('a')).await.unwrap();
        field.send_keys(&control('c')).await.unwrap();
        let password = browser.element("input[type=password]").await;
        password.send_keys(&control('v')).await.unwrap();
        assert_eq!(password.prop("value").await.unwrap().as_deref(), Some("pasted horse battery"), "{path}");
        assert_eq!(password.attr("autocomplete").await.unwrap().as_deref(), Some(autocomplete), "{path}");
    }
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn the_pages_of_accounts_are_accessible() {
    let stack = Stack::with_accounts().await;
    let browser = Browser::chromium().await;
    for language in languages() {
        for path in ["/login", "/invitation", "/", "/privacy"] {
            browser.open(&stack, &format!("{path}?lang={language}")).await;
            assert_accessible_everywhere(&browser, &format!("{language}, {path}")).await;
        }
    }
    browser.open(&stack, "/login?lang=en").await;
    browser.log_in(&stack, "nobody", "wrong password").await;
    browser.element("p.bad[role=alert]").await;
    assert_accessible_everywhere(&browser, "a failed login").await;

    browser.accept(&stack, &stack.invite("ada", "operator").await).await;
    stack.invite("grace", "labeller").await;
    browser.fill("form[action='/account/tokens'] input[name=name]", "nightly export").await;
    browser.press("input[value=export]").await;
    browser.press("form[action='/account/tokens'] button").await;
    browser.element(".secret code").await;
    assert_accessible_everywhere(&browser, "a new token").await;
    for language in languages() {
        for path in ["/account", "/people", "/audit", "/overview"] {
            browser.open(&stack, &format!("{path}?lang={language}")).await;
            assert_accessible_everywhere(&browser, &format!("{language}, {path}")).await;
        }
    }
    browser.client.clone().close().await.unwrap();
}

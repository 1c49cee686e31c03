//! Blocks: an operator keeps a visitor or an address from storing and labelling, and sees who uses the service most.

use crate::{
    drawings,
    pages::between,
    person::{Person, bearer, token},
    stack::{Stack, json, migrated_store, model_client},
    webdriver::poll,
};
use api::{Api, ApiAccess, ByteSize, Settings};
use reqwest::StatusCode;
use sqlx::Connection;

/// The address of the visitors.
const SCHOOL: &str = "203.0.113.9";

/// Starts all services with accounts, limits, and a trusted proxy on this machine.
async fn limited() -> Stack {
    Stack::with_settings(Settings { has_rate_limits: true, storage_limit: Some(ByteSize(1_000_000)), ..settings() })
        .await
}

fn settings() -> Settings {
    let trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    Settings { access: ApiAccess::Accounts, trusted_proxies, ..Settings::default() }
}

impl Person<'_> {
    /// Blocks a visitor or an address without an end.
    pub(crate) async fn block(&self, subject: &str) {
        let form = [("action", "block"), ("subject", subject), ("reason", "floods"), ("days", "")];
        self.post("/overview", &form).await.leads_to("/overview");
    }

    /// Removes the only block.
    async fn unblock(&self) {
        let page = self.get("/overview").await.page(StatusCode::OK).await;
        let ids = between(&page, "name=\"id\" value=\"", "\"");
        assert_eq!(ids.len(), 1, "{page}");
        self.post("/overview", &[("action", "unblock"), ("id", ids[0])]).await.leads_to("/overview");
    }

    /// Submits a drawing, and returns the status and the code of the problem.
    async fn submit(&self, stack: &Stack, path: &str) -> (StatusCode, String) {
        let request = stack.post(path, "application/json", drawings::all()[8].to_string());
        let reply = self.send_as_program(request).await;
        let status = reply.status();
        let body: serde_json::Value = serde_json::from_str(&reply.page(status).await).unwrap();
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    }
}

/// A visitor at an address, and the visitor's id.
async fn visitor<'a>(stack: &'a Stack, address: &str) -> (Person<'a>, String, String) {
    let person = Person::new(stack).at(address);
    person.get("/").await.page(StatusCode::OK).await;
    let drawing = person.draw().await;
    let id: uuid::Uuid = sqlx::query_scalar("select visitor_id from predictions where id = $1::uuid")
        .bind(&drawing)
        .fetch_one(&mut stack.sql().await)
        .await
        .unwrap();
    (person, id.to_string(), drawing)
}

#[tokio::test]
async fn a_blocked_visitor_neither_stores_nor_labels_but_gets_previews_and_deletes() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let (abuser, id, drawing) = visitor(&stack, SCHOOL).await;
    let (other, ..) = visitor(&stack, SCHOOL).await;
    ada.block(&id).await;

    let blocked = (StatusCode::FORBIDDEN, "blocked".to_owned());
    assert_eq!(abuser.submit(&stack, "/predict").await, blocked);
    let form = [("true_label", "8")];
    let page = abuser.post(&format!("/drawings/{drawing}/label"), &form).await.page(StatusCode::FORBIDDEN).await;
    assert!(page.contains("You cannot store or label drawings here"), "{page}");
    let page = abuser.post(&format!("/home/{drawing}/label"), &form).await.page(StatusCode::FORBIDDEN).await;
    assert!(page.contains("You cannot store or label drawings here"), "{page}");
    let picture = drawings::Picture::default().png(&drawings::all()[8]);
    assert_eq!(abuser.send(stack.upload("/upload", picture)).await.status(), StatusCode::FORBIDDEN);
    let label = stack.http.put(stack.url(&format!("/api/v1/predictions/{drawing}/label")));
    let label = abuser.send_as_program(label.json(&serde_json::json!({ "true_label": 8 }))).await;
    assert_eq!(label.status(), StatusCode::FORBIDDEN);
    assert_eq!(abuser.submit(&stack, "/predict?preview=true").await.0, StatusCode::OK);
    assert_eq!(other.submit(&stack, "/predict").await.0, StatusCode::OK, "another visitor at the same address draws");
    let delete = stack.http.delete(stack.url(&format!("/api/v1/predictions/{drawing}")));
    assert_eq!(abuser.send_as_program(delete).await.status(), StatusCode::NO_CONTENT);

    ada.unblock().await;
    assert_eq!(abuser.submit(&stack, "/predict").await.0, StatusCode::OK);
    for action in ["block", "unblock"] {
        assert_eq!(stack.audited(action, false).await, std::slice::from_ref(&id), "{action}");
    }
}

#[tokio::test]
async fn a_blocked_network_holds_for_its_visitors_and_not_for_people_and_programs_whom_an_operator_admitted() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await.at(SCHOOL);
    let token = token(&ada, "batch", &["predict"]).await;
    ada.block("203.0.113.200/24").await;

    let without_cookie = Person::new(&stack).at(SCHOOL);
    assert_eq!(without_cookie.submit(&stack, "/predict").await.1, "blocked");
    assert_eq!(without_cookie.submit(&stack, "/predict?preview=true").await.0, StatusCode::OK);
    assert_eq!(grace.submit(&stack, "/predict").await.0, StatusCode::OK);
    let program = stack.post("/predict", "application/json", drawings::all()[8].to_string()).bearer_auth(&token);
    assert_eq!(program.header("x-forwarded-for", SCHOOL).send().await.unwrap().status(), StatusCode::OK);
    let elsewhere = Person::new(&stack).at("203.0.114.1");
    assert_eq!(elsewhere.submit(&stack, "/predict").await.0, StatusCode::OK);
    let page = ada.get("/overview").await.page(StatusCode::OK).await;
    assert!(page.contains("203.0.113.0/24") && page.contains("floods"), "{page}");

    ada.unblock().await;
    assert_eq!(without_cookie.submit(&stack, "/predict").await.0, StatusCode::OK);
    // The audit log stays for longer than the service may hold addresses.
    let of_block = stack.audited("block", false).await;
    assert!(of_block[0].starts_with("address of block "), "{of_block:?}");
    let log = "select count(*) from audit_log a where a::text like '%203.0.113.0%'";
    assert_eq!(sqlx::query_scalar::<_, i64>(log).fetch_one(&mut stack.sql().await).await.unwrap(), 0);
}

#[tokio::test]
async fn every_instance_follows_a_block_and_its_end() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let (abuser, id, _) = visitor(&stack, SCHOOL).await;
    // Another operator blocks through another instance, which only the database connects with this one.
    let (store, migration) = migrated_store(&stack.database);
    migration.await.unwrap();
    let model = stack.model.as_ref().unwrap().address;
    let client = model_client(&[model], crate::stack::MODEL_REQUESTS).await;
    let other = crate::stack::Service::start(crate::stack::ANY.parse().unwrap(), move |readiness, metrics| {
        api::app(Api::new(store, client, readiness, settings()), metrics)
    })
    .await;
    let cookie = format!("session={}", ada.cookie("session").unwrap());
    let form = format!("action=block&subject={id}&reason=floods&days=1");
    let request = stack.http.post(format!("http://{}/overview", other.address)).header("cookie", cookie);
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::SEE_OTHER);

    let is_blocked = async |expected: bool| {
        let is_blocked = abuser.submit(&stack, "/predict").await.1 == "blocked";
        (is_blocked == expected).then_some(())
    };
    assert!(poll(async || is_blocked(true).await).await.is_some(), "this instance follows");
    stack.move_clock("blocks", "expires_at", "1 day").await;
    assert!(poll(async || is_blocked(false).await).await.is_some(), "a block ends by itself");
    let has_row = async || {
        let mut sql = stack.sql().await;
        let rows: i64 = sqlx::query_scalar("select count(*) from blocks").fetch_one(&mut sql).await.unwrap();
        sql.close().await.unwrap();
        (rows == 0).then_some(())
    };
    assert!(poll(has_row).await.is_some(), "an expired block, and the address in it, is deleted");
}

#[tokio::test]
async fn a_block_needs_a_subject_and_a_reason_and_cannot_be_as_large_as_the_internet() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    for (subject, reason, days) in [
        ("", "floods", "1"),
        ("everybody", "floods", "1"),
        ("0.0.0.0/0", "floods", "1"),
        ("2001:db8::/16", "floods", "1"),
        (SCHOOL, " ", "1"),
        (SCHOOL, "a\nb", "1"),
        (SCHOOL, &"a".repeat(201), "1"),
        (SCHOOL, "floods", "-1"),
        (SCHOOL, "floods", "99999999999"),
    ] {
        let form = [("action", "block"), ("subject", subject), ("reason", reason), ("days", days)];
        let page = ada.post("/overview", &form).await.page(StatusCode::UNPROCESSABLE_ENTITY).await;
        assert!(page.contains("Nothing was blocked"), "{subject} {reason} {days}: {page}");
    }
    assert_eq!(ada.post("/overview", &[("action", "erase")]).await.status(), StatusCode::BAD_REQUEST);
    let page = ada.get("/overview").await.page(StatusCode::OK).await;
    assert!(page.contains("Nobody is blocked."), "{page}");
    // A second block of the same subject replaces the first one.
    for _ in 0..2 {
        ada.block(SCHOOL).await;
    }
    ada.unblock().await;
}

#[tokio::test]
async fn the_overview_shows_storage_the_busiest_blocks_limits_and_settings_and_no_secret() {
    let stack = limited().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let token = token(&ada, "batch", &["predict"]).await;
    let (busy, id, _) = visitor(&stack, SCHOOL).await;
    for _ in 0..4 {
        busy.draw().await;
    }
    let program = stack.post("/predict", "application/json", drawings::all()[8].to_string()).bearer_auth(&token);
    json(program.send().await.unwrap(), StatusCode::OK).await;
    ada.draw().await;
    let page = ada.get("/overview").await.page(StatusCode::OK).await;
    let bytes = u32::try_from(drawings::all()[8].to_string().len() * 7).unwrap();
    assert!(page.contains("7 drawings are stored"), "{page}");
    assert!(
        page.contains(&format!("{:.1}\u{a0}kB", f64::from(bytes) / 1e3)) && page.contains("of 1\u{a0}MB"),
        "{page}"
    );
    assert!(page.contains("This instance runs 0 of 2 exports of all drawings"));
    let visitors = between(&page, "href=\"/overview?block=", "#block\"");
    assert_eq!(visitors[0], id, "the busiest one comes first");
    assert!(page.contains("<td>batch</td>") && page.contains("<td>ada</td>"), "{page}");
    assert!(page.contains(&format!("<th scope=\"row\">{SCHOOL}</th>\n            <td>5</td>")), "{page}");
    for text in ["900 a minute", "1,000 a day", "100\u{a0}MB a day", "<code>STORAGE_LIMIT</code>", "1MB", "API_ACCESS"]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains(&token) && !page.contains("postgres://"), "{page}");
    let form = ada.get(&format!("/overview?block={id}")).await.page(StatusCode::OK).await;
    assert!(form.contains(&format!("name=\"subject\" value=\"{id}\"")), "{form}");
    assert_eq!(bearer(&stack, &token, "/overview").await.status(), StatusCode::FORBIDDEN);
}

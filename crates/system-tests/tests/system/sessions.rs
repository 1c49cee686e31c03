//! Sessions end when another one replaces them, when a person has too many, and when they expire.

use crate::{person::Person, stack::Stack, webdriver::poll};
use reqwest::StatusCode;
use uuid::Uuid;

/// The number of sessions in the database.
async fn count(stack: &Stack) -> i64 {
    sqlx::query_scalar("select count(*) from sessions").fetch_one(&mut stack.sql().await).await.unwrap()
}

#[tokio::test]
async fn asvs_7_2_4_a_login_ends_the_session_that_the_browser_had_before() {
    let stack = Stack::with_accounts().await;
    let browser = Person::invited(&stack, "ada", "labeller").await;
    Person::invited(&stack, "grace", "labeller").await;
    for name in ["ada", "grace"] {
        let copy = Person::new(&stack);
        copy.set("session", &browser.cookie("session").unwrap());
        copy.get("/account").await.page(StatusCode::OK).await;
        browser.log_in(name, Person::PASSWORD).await.leads_to("/account");
        copy.get("/account").await.leads_to("/login?next=%2Faccount");
    }
}

#[tokio::test]
async fn a_person_has_at_most_fifty_sessions_and_the_oldest_ends_first() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "labeller").await;
    let mut sql = stack.sql().await;
    for _ in 0..49 {
        let more = "insert into sessions (id, token_hash, user_id)
                    select $1, sha256($1::text::bytea), id from users where name = 'ada'";
        sqlx::query(more).bind(Uuid::now_v7()).execute(&mut sql).await.unwrap();
    }
    ada.get("/account").await.page(StatusCode::OK).await;
    Person::new(&stack).log_in("ada", Person::PASSWORD).await.leads_to("/account");
    assert_eq!(count(&stack).await, 50);
    ada.get("/account").await.leads_to("/login?next=%2Faccount");
}

#[tokio::test]
async fn the_database_keeps_no_expired_session() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "labeller").await;
    for (column, interval) in [("used_at", "12 hours"), ("created_at", "30 days")] {
        ada.log_in("ada", Person::PASSWORD).await.leads_to("/account");
        assert_eq!(count(&stack).await, 1);
        stack.move_clock("sessions", column, interval).await;
        // The maintenance of a store begins at once.
        let _maintained = stack.store();
        let is_deleted = poll(async || (count(&stack).await == 0).then_some(())).await;
        assert!(is_deleted.is_some(), "{column} was {interval} ago");
    }
}

/// The name of the person to whom a drawing belongs.
async fn owner(stack: &Stack, id: &str) -> Option<String> {
    let query = "select u.name from predictions p left join visitors v on v.id = p.visitor_id
                 left join users u on u.id = v.user_id where p.id = $1::uuid";
    sqlx::query_scalar(query).bind(id).fetch_one(&mut stack.sql().await).await.unwrap()
}

#[tokio::test]
async fn a_drawing_that_is_under_way_during_the_login_belongs_to_the_account() {
    let stack = Stack::with_accounts().await;
    Person::invited(&stack, "ada", "labeller").await;
    let browser = Person::visitor(&stack).await;
    let under_way = Person::new(&stack);
    under_way.set("visitor", &browser.cookie("visitor").unwrap());
    browser.log_in("ada", Person::PASSWORD).await.leads_to("/account");
    let id = under_way.draw().await;
    assert_eq!(owner(&stack, &id).await.as_deref(), Some("ada"));
    assert!(browser.get("/").await.page(StatusCode::OK).await.contains(&id));
}

#[tokio::test]
async fn drawings_of_a_session_belong_to_the_account_whatever_the_cookie_of_the_visitor() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "labeller").await;
    let without_visitor = Person::new(&stack);
    without_visitor.set("session", &ada.cookie("session").unwrap());
    let id = without_visitor.draw().await;
    assert_eq!(owner(&stack, &id).await.as_deref(), Some("ada"));
    // The page gives the browser a new cookie of a visitor.
    without_visitor.get("/").await.page(StatusCode::OK).await;
    assert_ne!(without_visitor.cookie("visitor"), ada.cookie("visitor"));
    let id = without_visitor.draw().await;
    assert_eq!(owner(&stack, &id).await.as_deref(), Some("ada"));
}

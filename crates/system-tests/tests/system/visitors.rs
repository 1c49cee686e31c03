//! Tests of visitors: the database stores which browser drew and which labelled.

use crate::{
    drawings,
    stack::{Stack, json},
    test_logs,
};
use reqwest::{StatusCode, header};
use serde_json::json as value;
use sqlx::Row;
use std::collections::BTreeSet;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Returns the cookie that a new browser gets.
async fn new_visitor(stack: &Stack) -> String {
    let cookie = set_cookie(stack, None).await;
    let cookie = cookie.split_once(';').unwrap().0;
    test_logs::secret("cookie", cookie);
    cookie.to_owned()
}

/// Opens the home page with this cookie, and returns the cookie that the page sets.
async fn set_cookie(stack: &Stack, cookie: Option<&str>) -> String {
    let mut request = stack.get("/");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let page = request.send().await.unwrap();
    assert_eq!(page.headers()[header::CACHE_CONTROL], "private, no-cache", "no cache gives it to another reader");
    let cookies = page.headers().get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
    let [cookie] = cookies.filter(|cookie| cookie.starts_with("visitor=")).collect::<Vec<_>>()[..] else {
        panic!("one visitor's cookie: {page:?}")
    };
    cookie.to_owned()
}

/// Draws as this visitor, and returns the id of the row.
async fn draw(stack: &Stack, path: &str, cookie: Option<&str>) -> Uuid {
    let mut request = stack.post(path, "application/json", drawings::all()[3].to_string());
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    json(request.send().await.unwrap(), StatusCode::OK).await["id"].as_str().unwrap().parse().unwrap()
}

/// Returns the visitor of a row, and whether the visitor allows training with the drawing.
async fn drawn_by(stack: &Stack, id: Uuid) -> (Option<Uuid>, Option<bool>) {
    let row = sqlx::query("select visitor_id, may_train from predictions where id = $1").bind(id);
    let row = row.fetch_one(&mut stack.sql().await).await.unwrap();
    (row.get(0), row.get(1))
}

/// Returns the last labeller of a row, and the origin of the label.
async fn labelled_by(stack: &Stack, id: Uuid) -> (Option<Uuid>, String) {
    let row =
        sqlx::query("select labeller, origin from labels where prediction_id = $1 order by id desc limit 1").bind(id);
    let row = row.fetch_one(&mut stack.sql().await).await.unwrap();
    (row.get(0), row.get(1))
}

async fn visitors(stack: &Stack) -> i64 {
    sqlx::query_scalar("select count(*) from visitors").fetch_one(&mut stack.sql().await).await.unwrap()
}

#[tokio::test]
async fn a_browser_keeps_its_visitor_and_each_page_renews_the_cookie() {
    let stack = Stack::start().await;
    let first = set_cookie(&stack, None).await;
    assert!(first.ends_with("; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax"), "{first}");
    let pair = first.split_once(';').unwrap().0;
    assert_eq!(set_cookie(&stack, Some(&format!("lang=de; {pair}"))).await, first);
    assert_ne!(set_cookie(&stack, None).await, first);
    assert_ne!(
        set_cookie(&stack, Some("visitor=1")).await,
        "visitor=1; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax"
    );
    assert_eq!(visitors(&stack).await, 0, "a page view inserts no visitor");
}

#[tokio::test]
async fn a_row_names_its_visitor_and_that_visitors_consent() {
    let stack = Stack::start().await;
    let (one, other) = (new_visitor(&stack).await, new_visitor(&stack).await);
    let drawn = [
        draw(&stack, "/predict?may_train=true", Some(&one)).await,
        draw(&stack, "/predict?may_train=false", Some(&one)).await,
        draw(&stack, "/predict", Some(&other)).await,
        draw(&stack, "/predict?may_train=", None).await,
    ];
    let mut rows = Vec::new();
    for id in drawn {
        rows.push(drawn_by(&stack, id).await);
    }
    let [(Some(first), Some(true)), (Some(second), Some(false)), (Some(third), None), (None, None)] = rows[..] else {
        panic!("{rows:?}")
    };
    assert!(first == second && first != third);
    assert_eq!(visitors(&stack).await, 2);
    let token = one.strip_prefix("visitor=").unwrap();
    assert_ne!(first.to_string(), token, "the database does not hold the token");
    // A preview stores nothing.
    let preview = stack.post("/predict?preview=true", "application/json", drawings::all()[3].to_string());
    let preview = preview.header(header::COOKIE, new_visitor(&stack).await);
    assert_eq!(json(preview.send().await.unwrap(), StatusCode::OK).await["saved"], value!(false));
    assert_eq!(visitors(&stack).await, 2);
}

#[tokio::test]
async fn concurrent_first_drawings_of_a_visitor_make_one_visitor() {
    let stack = Stack::start().await;
    let cookie = new_visitor(&stack).await;
    let body = drawings::all()[3].to_string();
    let requests = (0..24)
        .map(|_| stack.post("/predict", "application/json", body.clone()).header(header::COOKIE, &cookie).send());
    let answers: JoinSet<_> = requests.map(async |answer| json(answer.await.unwrap(), StatusCode::OK).await).collect();
    let mut seen = BTreeSet::new();
    for answer in answers.join_all().await {
        let id: Uuid = answer["id"].as_str().unwrap().parse().unwrap();
        seen.insert(drawn_by(&stack, id).await.0.unwrap());
    }
    assert_eq!((seen.len(), visitors(&stack).await), (1, 1));
}

#[tokio::test]
async fn a_label_names_its_labeller_and_its_origin() {
    let stack = Stack::start().await;
    let (drawer, other) = (new_visitor(&stack).await, new_visitor(&stack).await);
    let id = draw(&stack, "/predict", Some(&drawer)).await;
    let drawer_id = drawn_by(&stack, id).await.0;
    let put = |cookie: Option<&str>| {
        let request =
            stack.http.put(stack.url(&format!("/api/v1/predictions/{id}/label"))).json(&value!({ "true_label": 3 }));
        cookie.map_or_else(
            || request.try_clone().unwrap(),
            |cookie| request.try_clone().unwrap().header(header::COOKIE, cookie),
        )
    };
    let form = |path: &str, body: String| {
        stack.post(path, "application/x-www-form-urlencoded", body).header(header::COOKIE, &other)
    };
    for (request, is_drawer, has_labeller, origin) in [
        (put(Some(&drawer)), true, true, "own"),
        (put(Some(&other)), false, true, "open"),
        (put(None), false, false, "api"),
        (form("/label", format!("id={id}&true_label=3")), false, true, "queue"),
        (form(&format!("/drawings/{id}/label"), "true_label=3".to_owned()), false, true, "open"),
        (form(&format!("/home/{id}/label"), "true_label=3".to_owned()), false, true, "open"),
    ] {
        let status = request.send().await.unwrap().status();
        assert!(status.is_success() || status.is_redirection(), "{origin}: {status}");
        let (labeller, found) = labelled_by(&stack, id).await;
        assert_eq!((labeller.is_some(), found.as_str()), (has_labeller, origin));
        assert_eq!(labeller.is_some() && labeller == drawer_id, is_drawer, "{origin}");
    }
    assert_eq!(visitors(&stack).await, 2, "labelling inserts a visitor, too");
}

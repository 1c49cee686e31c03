//! Tests of requests that a browser sends for a page of another site: they change nothing. All other requests succeed.

use crate::{
    drawings::{self, Picture},
    person::Person,
    stack::{Stack, json},
};
use reqwest::{RequestBuilder, StatusCode, header};
use serde_json::Value;

/// Adds the headers that a browser sends if a page of another site makes the request.
fn from_elsewhere(request: RequestBuilder) -> RequestBuilder {
    request.header(header::ORIGIN, "https://evil.example").header("sec-fetch-site", "cross-site")
}

fn label(stack: &Stack, id: &str) -> RequestBuilder {
    let request = stack.http.put(stack.url(&format!("/api/v1/predictions/{id}/label")));
    request.header(header::CONTENT_TYPE, "application/json").body("{\"true_label\":8}")
}

async fn labels(stack: &Stack) -> i64 {
    sqlx::query_scalar("select count(*) from labels").fetch_one(&mut stack.sql().await).await.unwrap()
}

#[tokio::test]
async fn a_page_of_another_site_cannot_draw_label_or_delete() {
    let stack = Stack::start().await;
    let eight = &drawings::all()[8];
    let answer = stack.draw(eight).await;
    let (id, deletion_token) = (answer["id"].as_str().unwrap(), answer["deletion_token"].as_str().unwrap());
    let row = stack.url(&format!("/api/v1/predictions/{id}"));
    let form = "application/x-www-form-urlencoded";
    for request in [
        stack.post("/predict", "application/json", eight.to_string()),
        stack.upload("/predict", Picture::default().png(eight)),
        stack.upload("/upload", Picture::default().png(eight)),
        label(&stack, id),
        stack.http.delete(format!("{row}/label")),
        stack.http.delete(&row).bearer_auth(deletion_token),
        stack.post(&format!("/home/{id}/label"), form, "true_label=8"),
        stack.post(&format!("/drawings/{id}/label"), form, "true_label=8"),
        stack.post("/label", form, format!("id={id}&true_label=8")),
    ] {
        let problem = json(from_elsewhere(request).send().await.unwrap(), StatusCode::FORBIDDEN).await;
        assert_eq!(problem["code"], "cross_site_request");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("Host and Origin unchanged"), "{detail}");
    }
    assert_eq!((stack.rows().await, labels(&stack).await), (1, 0));
    let shown = json(stack.get(&format!("/api/v1/predictions/{id}")).send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(shown["true_label"], Value::Null);
}

#[tokio::test]
async fn asvs_3_5_1_no_route_that_changes_something_takes_a_form_of_another_site() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let changing: Vec<_> = api::registered_routes().into_iter().filter(|(method, _)| !method.is_safe()).collect();
    assert!(changing.len() > 25, "{changing:?}");
    for (method, path) in changing {
        let address = path.replace("{id}", "00000000-0000-7000-8000-000000000000").replace("{*path}", "a");
        let request = stack.http.request(method.clone(), stack.url(&address.replace(['{', '}'], "")));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body("");
        let problem = ada.send_as_program(from_elsewhere(request)).await.page(StatusCode::FORBIDDEN).await;
        let is_rejected = problem.contains("cross_site_request") || path.starts_with("/v2");
        assert!(is_rejected, "{method} {path}: {problem}");
    }
}

#[tokio::test]
async fn a_page_of_this_service_and_a_program_can_label() {
    let stack = Stack::start().await;
    let answer = stack.draw(&drawings::all()[8]).await;
    let label = || label(&stack, answer["id"].as_str().unwrap());
    let origin = stack.url("");
    for request in [
        label(),
        label().header(header::ORIGIN, &origin),
        label().header(header::ORIGIN, &origin).header("sec-fetch-site", "same-origin"),
        // A reverse proxy that changes the port.
        label().header(header::ORIGIN, "http://localhost").header(header::HOST, "localhost"),
    ] {
        let row = json(request.send().await.unwrap(), StatusCode::OK).await;
        assert_eq!(row["true_label"], 8);
    }
    assert_eq!(labels(&stack).await, 4);
}

#[tokio::test]
async fn a_rejected_cross_site_form_gets_a_page_in_the_readers_language() {
    let stack = Stack::start().await;
    for (language, title) in [("en", "This was sent from a page of another site"), ("de", "Das kam von der Seite")] {
        let form = stack.post("/label", "application/x-www-form-urlencoded", "true_label=8");
        let form = form.header(header::ACCEPT, "text/html,*/*;q=0.8").header(header::ACCEPT_LANGUAGE, language);
        let response = from_elsewhere(form).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        assert_eq!(response.headers()["content-language"], language);
        assert!(response.headers()["vary"].to_str().unwrap().starts_with("Accept,"));
        let page = response.text().await.unwrap();
        assert!(page.contains(title), "{page}");
    }
}

//! Tests of the page without JavaScript: forms, redirects and the pages after them.

use crate::{
    drawings::{self, Picture},
    stack::Stack,
};
use reqwest::{
    Response, StatusCode,
    multipart::{Form, Part},
};

async fn text(response: Response, status: StatusCode) -> String {
    let (found, body) = (response.status(), response.text().await.unwrap());
    assert_eq!(found, status, "{body}");
    body
}

fn location(response: &Response) -> String {
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    response.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_upload_and_a_label_work_without_javascript() {
    let stack = Stack::start().await;
    let png = Picture::default().png(&drawings::all()[3]);
    let shown = location(&stack.upload("/upload", png).send().await.unwrap());
    let page = text(stack.get(&shown).send().await.unwrap(), StatusCode::OK).await;
    assert!(page.contains("data-prediction=\"3\"") && page.contains("data-state=\"recorded\""), "{page}");

    let id = shown.strip_prefix("/?shown=").unwrap();
    let form = stack.post(&format!("/home/{id}/label"), "application/x-www-form-urlencoded", "true_label=3");
    assert_eq!(location(&form.send().await.unwrap()), shown);
    let page = text(stack.get(&shown).send().await.unwrap(), StatusCode::OK).await;
    assert!(page.contains("data-state=\"labelled\"") && page.contains("data-true-label=\"3\""), "{page}");

    let form = stack.post(&format!("/home/{id}/label"), "application/x-www-form-urlencoded", "true_label=");
    assert_eq!(location(&form.send().await.unwrap()), shown);
    let page = text(stack.get(&shown).send().await.unwrap(), StatusCode::OK).await;
    assert!(page.contains("data-state=\"recorded\""), "withdrawn: {page}");
    let source: String =
        sqlx::query_scalar("select source from predictions").fetch_one(&mut stack.sql().await).await.unwrap();
    assert_eq!(source, "upload");
}

#[tokio::test]
async fn an_upload_without_javascript_keeps_whether_the_drawing_may_train_a_model() {
    let stack = Stack::start().await;
    let page = text(stack.get("/").send().await.unwrap(), StatusCode::OK).await;
    let (_, choice) = page.split_once("id=\"may-train\"").unwrap();
    let attributes = choice.split('>').next().unwrap();
    assert!(attributes.contains("name=\"may_train\"") && attributes.contains("form=\"upload\""), "{attributes}");
    for choice in [true, false] {
        // A browser sends the box after the file, because it comes later in the page, and only if it is ticked.
        let file = Part::bytes(Picture::default().png(&drawings::all()[3])).file_name("digit.png");
        let form = Form::new().part("file", file);
        let form = if choice { form.text("may_train", "true") } else { form };
        let shown = location(&stack.http.post(stack.url("/upload")).multipart(form).send().await.unwrap());
        let id: uuid::Uuid = shown.strip_prefix("/?shown=").unwrap().parse().unwrap();
        let query = sqlx::query_scalar("select may_train from predictions where id = $1").bind(id);
        let kept: Option<bool> = query.fetch_one(&mut stack.sql().await).await.unwrap();
        assert_eq!(kept, Some(choice));
    }
}

#[tokio::test]
async fn an_invalid_form_shows_the_page_with_the_reason() {
    let stack = Stack::start().await;
    let rejected = stack.upload("/upload", b"no picture".to_vec()).send().await.unwrap();
    let page = text(rejected, StatusCode::UNPROCESSABLE_ENTITY).await;
    assert!(page.contains("That is not a picture") && page.contains("id=\"canvas\""), "{page}");

    let unknown = "/home/00000000-0000-7000-8000-000000000000/label";
    let form = |body: &'static str| stack.post(unknown, "application/x-www-form-urlencoded", body).send();
    text(form("true_label=3").await.unwrap(), StatusCode::NOT_FOUND).await;
    text(form("true_label=cat").await.unwrap(), StatusCode::UNPROCESSABLE_ENTITY).await;
    text(form("").await.unwrap(), StatusCode::UNPROCESSABLE_ENTITY).await;
    text(stack.get("/?shown=nothing").send().await.unwrap(), StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn the_recent_drawings_are_the_newest_and_link_to_older_ones() {
    let stack = Stack::start().await;
    let page = text(stack.get("/").send().await.unwrap(), StatusCode::OK).await;
    assert!(page.contains("Nothing yet"), "{page}");
    for _ in 0..13 {
        stack.draw(&drawings::all()[1]).await;
    }
    let strip = text(stack.get("/recent").send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(strip.matches("class=\"card\"").count(), 12);
    assert!(!strip.contains("<html"), "a part of the page");
    let (_, older) = strip.split_once("href=\"/?before=").unwrap();
    let older = format!("/?before={}", older.split('"').next().unwrap());
    let page = text(stack.get(&older).send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(page.matches("class=\"card\"").count(), 1);
}

#[tokio::test]
async fn the_page_loads_nothing_from_other_origins() {
    let stack = Stack::start().await;
    let response = stack.get("/").send().await.unwrap();
    assert!(response.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'self'"));
    let page = text(response, StatusCode::OK).await;
    assert!(!page.contains("https://") && !page.contains("style=\""), "{page}");
}

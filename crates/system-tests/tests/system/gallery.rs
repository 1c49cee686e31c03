//! Tests of the public gallery: everybody sees the bitmaps of its drawings and nothing else of them.

use crate::{
    accessibility::{assert_accessible_everywhere, languages},
    drawings::{self, Picture},
    person::{Person, settings_with_accounts},
    stack::{ANY, MODEL_REQUESTS, Stack, json, start_model},
    webdriver::Browser,
};
use api::Settings;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;
use std::slice;

/// Settings of a service with accounts and a gallery.
fn settings() -> Settings {
    Settings { has_public_gallery: true, ..settings_with_accounts() }
}

/// Submits a drawing, and returns its id.
async fn submit(person: &Person<'_>, request: RequestBuilder) -> String {
    let answer = person.send_as_program(request).await.page(StatusCode::OK).await;
    serde_json::from_str::<Value>(&answer).unwrap()["id"].as_str().unwrap().to_owned()
}

async fn draw(person: &Person<'_>, stack: &Stack, source: &str) -> String {
    let path = format!("/predict?source={source}");
    submit(person, stack.post(&path, "application/json", drawings::all()[8].to_string())).await
}

async fn upload(person: &Person<'_>, stack: &Stack) -> String {
    submit(person, stack.upload("/predict?source=upload", Picture::default().png(&drawings::all()[8]))).await
}

/// The ids that the gallery lists.
async fn listed(stack: &Stack, query: &str) -> Vec<String> {
    let page = json(stack.get(&format!("/api/v1/gallery{query}")).send().await.unwrap(), StatusCode::OK).await;
    page["drawings"].as_array().unwrap().iter().map(|drawing| drawing["id"].as_str().unwrap().to_owned()).collect()
}

async fn picture(stack: &Stack, id: &str) -> StatusCode {
    stack.get(&format!("/api/v1/gallery/{id}/bitmap.png")).send().await.unwrap().status()
}

#[tokio::test]
async fn without_the_setting_there_is_no_gallery() {
    let stack = Stack::start().await;
    let id = draw(&Person::new(&stack), &stack, "canvas").await;
    for path in ["/gallery", "/gallery/review", "/api/v1/gallery"] {
        assert_eq!(stack.get(path).send().await.unwrap().status(), StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(picture(&stack, &id).await, StatusCode::NOT_FOUND);
    let page = stack.get("/").send().await.unwrap().text().await.unwrap();
    assert!(!page.contains("/gallery"), "no page links to it");
}

#[tokio::test]
async fn everybody_sees_the_bitmap_of_a_drawing_from_the_canvas_and_nothing_else_of_it() {
    let stack = Stack::with_settings(settings()).await;
    let (drawer, other) = (Person::visitor(&stack).await, Person::visitor(&stack).await);
    let home = other.get("/").await.page(StatusCode::OK).await;
    assert!(home.contains("everybody sees the 28 by 28 pixels of a drawing in the gallery"), "{home}");
    assert!(other.get("/privacy").await.page(StatusCode::OK).await.contains("Anybody may report a drawing"));
    let id = draw(&drawer, &stack, "canvas").await;
    draw(&drawer, &stack, "api").await;
    assert_eq!(listed(&stack, "").await, slice::from_ref(&id), "a program's drawings are not for the gallery");
    let page = other.get("/gallery").await.page(StatusCode::OK).await;
    assert!(page.contains(&format!("/api/v1/gallery/{id}/bitmap.png")), "{page}");
    other.get(&format!("/gallery/{id}")).await.page(StatusCode::OK).await;
    let shown = stack.get(&format!("/api/v1/gallery/{id}/bitmap.png")).send().await.unwrap();
    assert_eq!(shown.headers()["content-type"], "image/png");
    assert_eq!(image::load_from_memory(&shown.bytes().await.unwrap()).unwrap().width(), 28);

    let own = format!("/api/v1/predictions/{id}");
    for path in [
        own.clone(),
        format!("{own}/input"),
        format!("{own}/bitmap.png"),
        format!("{own}/attribution"),
        format!("{own}/models"),
        format!("/drawings/{id}"),
        format!("/drawings/{id}/picture"),
        format!("/?shown={id}"),
    ] {
        assert_eq!(other.get(&path).await.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(drawer.get(&path).await.status(), StatusCode::OK, "{path}");
    }
    let listed_for_other = other.get("/api/v1/predictions").await.page(StatusCode::OK).await;
    assert!(!listed_for_other.contains(&id), "{listed_for_other}");
    assert_eq!(
        other.post(&format!("/drawings/{id}/label"), &[("true_label", "1")]).await.status(),
        StatusCode::NOT_FOUND
    );

    let delete = stack.http.request(Method::DELETE, stack.url(&own));
    assert_eq!(drawer.send_as_program(delete).await.status(), StatusCode::NO_CONTENT);
    assert_eq!((listed(&stack, "").await, picture(&stack, &id).await), (vec![], StatusCode::NOT_FOUND));
}

#[tokio::test]
async fn an_uploaded_picture_is_in_the_gallery_after_an_operator_has_approved_it() {
    let stack = Stack::with_settings(settings()).await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let drawer = Person::visitor(&stack).await;
    let id = upload(&drawer, &stack).await;
    // A program may name the canvas as the source of a picture.
    let disguised =
        submit(&drawer, stack.upload("/predict?source=canvas", Picture::default().png(&drawings::all()[3]))).await;
    assert_eq!((listed(&stack, "").await, picture(&stack, &id).await), (vec![], StatusCode::NOT_FOUND));
    let review = ada.get("/gallery/review").await.page(StatusCode::OK).await;
    assert!(review.contains(&id) && review.contains(&disguised), "{review}");

    let decide = async |person: &Person<'_>, id: &str, state: &str| {
        person.post("/gallery/review", &[("id", id), ("state", state)]).await
    };
    assert_eq!(decide(&drawer, &id, "shown").await.status(), StatusCode::SEE_OTHER, "the login page");
    assert_eq!(listed(&stack, "").await, Vec::<String>::new());
    decide(&ada, &id, "shown").await.leads_to("/gallery/review");
    decide(&ada, &disguised, "hidden").await.leads_to("/gallery/review");
    assert_eq!(listed(&stack, "").await, slice::from_ref(&id));
    assert_eq!(picture(&stack, &id).await, StatusCode::OK);
    assert_eq!(decide(&ada, &id, "waiting").await.status(), StatusCode::BAD_REQUEST);
    let unknown = draw(&drawer, &stack, "api").await;
    assert_eq!(decide(&ada, &unknown, "shown").await.status(), StatusCode::NOT_FOUND, "it was never for the gallery");
    assert_eq!(stack.audited("show_in_gallery", false).await, [id]);
    assert_eq!(stack.audited("hide_from_gallery", false).await, [disguised]);
}

#[tokio::test]
async fn a_reported_drawing_waits_for_an_operator_who_hides_it_or_keeps_it() {
    let stack = Stack::with_settings(settings()).await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let (drawer, other) = (Person::visitor(&stack).await, Person::visitor(&stack).await);
    let (kept, hidden) = (draw(&drawer, &stack, "canvas").await, draw(&drawer, &stack, "canvas").await);
    let report =
        async |id: &str, reason: &str| other.post(&format!("/gallery/{id}/report"), &[("reason", reason)]).await;
    for id in [&kept, &hidden] {
        report(id, "offensive").await.leads_to("/gallery?reported=1");
    }
    report(&hidden, "personal").await.leads_to("/gallery?reported=1");
    report(&hidden, "personal").await.leads_to("/gallery?reported=1");
    assert_eq!(report(&hidden, "boring").await.status(), StatusCode::BAD_REQUEST);
    let reports: i64 =
        sqlx::query_scalar("select count(*) from gallery_reports").fetch_one(&mut stack.sql().await).await.unwrap();
    assert_eq!(reports, 3, "one for each drawing and reason");
    assert!(other.get("/gallery?reported=1").await.page(StatusCode::OK).await.contains("Thank you."));
    assert_eq!(listed(&stack, "").await.len(), 2, "a report alone hides nothing");

    let review = ada.get("/gallery/review").await.page(StatusCode::OK).await;
    assert_eq!((review.matches("It is offensive").count(), review.matches("something personal").count()), (2, 1));
    for (id, state) in [(&kept, "shown"), (&hidden, "hidden")] {
        ada.post("/gallery/review", &[("id", id), ("state", state)]).await.leads_to("/gallery/review");
    }
    assert_eq!(listed(&stack, "").await, slice::from_ref(&kept));
    assert_eq!(picture(&stack, &hidden).await, StatusCode::NOT_FOUND);
    assert_eq!(other.get(&format!("/gallery/{hidden}")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(report(&hidden, "other").await.status(), StatusCode::NOT_FOUND, "nobody sees it any more");
    report(&kept, "offensive").await.leads_to("/gallery?reported=1");
    let review = ada.get("/gallery/review").await.page(StatusCode::OK).await;
    assert!(!review.contains("It is offensive"), "the same reason does not come up again: {review}");

    ada.post("/gallery/review", &[("id", &hidden), ("state", "shown")]).await.leads_to("/gallery/review");
    assert_eq!(listed(&stack, "").await, [hidden, kept]);
}

#[tokio::test]
async fn reports_have_a_rate_limit() {
    let stack = Stack::with_settings(Settings { has_rate_limits: true, ..settings() }).await;
    let other = Person::visitor(&stack).await;
    let id = draw(&other, &stack, "canvas").await;
    let mut last = StatusCode::SEE_OTHER;
    for _ in 0..200 {
        last = other.post(&format!("/gallery/{id}/report"), &[("reason", "other")]).await.status();
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn drawings_from_before_the_gallery_stay_out_of_it_and_pages_lead_to_all_others() {
    let before = Stack::with_settings(Settings { has_public_gallery: false, ..settings() }).await;
    let earlier = draw(&Person::visitor(&before).await, &before, "canvas").await;
    let model = start_model(ANY.parse().unwrap()).await;
    let stack = Stack::on(model, before.database.clone(), MODEL_REQUESTS, settings()).await;
    stack.until_ready().await;
    let drawer = Person::visitor(&stack).await;
    let mut drawn = Vec::new();
    for _ in 0..5 {
        drawn.insert(0, draw(&drawer, &stack, "canvas").await);
    }
    assert_eq!(listed(&stack, "").await, drawn);
    assert!(!drawn.contains(&earlier));
    let page = json(stack.get("/api/v1/gallery?limit=3").send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(page["next"], drawn[2]);
    assert_eq!(listed(&stack, &format!("?limit=3&before={}", drawn[2])).await, drawn[3..]);
    let rest = stack.get(&format!("/api/v1/gallery?limit=2&before={}", drawn[2])).send().await.unwrap();
    assert_eq!(json(rest, StatusCode::OK).await["next"], Value::Null);
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn the_pages_of_the_gallery_are_accessible() {
    let stack = Stack::with_settings(settings()).await;
    Person::invited(&stack, "ada", "operator").await;
    let drawer = Person::visitor(&stack).await;
    let mut id = String::new();
    for _ in 0..5 {
        id = draw(&drawer, &stack, "canvas").await;
    }
    drawer.post(&format!("/gallery/{id}/report"), &[("reason", "personal")]).await.leads_to("/gallery?reported=1");
    let browser = Browser::chromium().await;
    for name in ["nobody", "ada"] {
        if name == "ada" {
            for _ in 0..2 {
                upload(&drawer, &stack).await;
            }
            browser.log_in(&stack, "ada", Person::PASSWORD).await;
            browser.arrives_at("/account").await;
        }
        for language in languages() {
            let drawing = format!("/gallery/{id}?lang={language}");
            let (gallery, review) =
                (format!("/gallery?reported=1&lang={language}"), format!("/gallery/review?lang={language}"));
            let home = format!("/?lang={language}");
            let privacy = format!("/privacy?lang={language}");
            for path in [&gallery, &drawing, &home, &privacy, &review] {
                if name == "ada" || path != &review {
                    browser.open(&stack, path).await;
                    assert_accessible_everywhere(&browser, &format!("{name}, {path}")).await;
                }
            }
        }
    }
    browser.client.clone().close().await.unwrap();
}

//! Tests of languages: pages are in the reader's language, and everything for programs is in English.

use crate::{
    drawings,
    stack::{Stack, json},
};
use reqwest::{RequestBuilder, Response, StatusCode};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// Returns the language of a page, from its headers, and the page.
async fn language(request: RequestBuilder) -> (String, String) {
    let response = request.send().await.unwrap();
    assert_eq!(header(&response, "vary"), "Accept, Accept-Language, Cookie");
    let lang = header(&response, "content-language");
    (lang, response.text().await.unwrap())
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map_or(String::new(), |value| value.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_page_has_the_language_that_the_browser_prefers_or_the_address_names() {
    let stack = Stack::start().await;
    let prefers = |wishes: &str| stack.get("/").header("accept-language", wishes);
    for (request, expected) in [
        (stack.get("/"), "en"),
        (prefers("fr, de;q=0.8, en;q=0.5"), "de"),
        (prefers("de").header("cookie", "lang=en"), "en"),
        (stack.get("/?lang=de").header("cookie", "lang=en"), "de"),
    ] {
        let (lang, page) = language(request).await;
        assert_eq!(lang, expected);
        let other = if expected == "en" { "de" } else { "en" };
        assert!(page.contains(&format!("<html lang=\"{expected}\">")), "{page}");
        assert!(page.contains(&format!("href=\"/?lang={other}\" lang=\"{other}\" hreflang=\"{other}\"")), "{page}");
    }
}

#[tokio::test]
async fn a_language_in_the_address_is_remembered() {
    let stack = Stack::start().await;
    let cookies = async |path: &str| {
        let response = stack.get(path).send().await.unwrap();
        let cookies = response.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned());
        cookies.filter(|cookie| cookie.starts_with("lang=")).collect::<Vec<_>>()
    };
    let asked = cookies("/?lang=de").await;
    let [cookie] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(cookie, "lang=de; Path=/; Max-Age=31536000; SameSite=Lax");
    let (pair, _) = cookie.split_once(';').unwrap();
    assert_eq!(language(stack.get("/recent").header("cookie", pair)).await.0, "de");
    for path in ["/", "/?lang=fr"] {
        assert_eq!(cookies(path).await, [] as [String; 0], "{path}");
    }
}

#[tokio::test]
async fn german_pages_have_german_text_and_decimal_commas() {
    let stack = Stack::start().await;
    let id = stack.draw(&drawings::all()[3]).await["id"].as_str().unwrap().to_owned();
    let shown = format!("/?shown={id}");
    let (_, page) = language(stack.get(&shown).header("accept-language", "de")).await;
    assert!(page.contains("0,1\u{a0}%") && !page.contains("0.1\u{a0}%"), "{page}");
    assert!(page.contains("Richtig") && !page.contains("Right"), "{page}");
    assert!(page.contains(&format!("href=\"{shown}&#38;lang=en\"")), "a link to the answer in English: {page}");
}

#[tokio::test]
async fn a_rejected_form_is_explained_in_the_readers_language_and_a_problem_in_english() {
    let stack = Stack::start().await;
    let nothing = || b"no picture".to_vec();
    let (lang, page) = language(stack.upload("/upload", nothing()).header("accept-language", "de")).await;
    assert_eq!(lang, "de");
    assert!(page.contains("Das ist kein Bild"), "{page}");
    let problem = stack.upload("/predict", nothing()).header("accept-language", "de").send().await.unwrap();
    assert_eq!(json(problem, StatusCode::UNPROCESSABLE_ENTITY).await["title"], "Not an image");
}

#[tokio::test]
async fn polish_pages_have_the_plural_forms_of_polish() {
    let stack = Stack::start().await;
    for (drawn, expected) in [(1, "został 1 rysunek"), (2, "zostały 2 rysunki"), (5, "zostało 5 rysunków")] {
        while stack.rows().await < drawn {
            stack.draw(&drawings::all()[3]).await;
        }
        let (_, page) = language(stack.get("/label").header("accept-language", "pl")).await;
        assert!(page.contains(expected), "{page}");
    }
}

#[tokio::test]
async fn times_are_in_the_time_zone_that_the_browser_named() {
    let stack = Stack::start().await;
    let answer = stack.draw(&drawings::all()[3]).await;
    let path = format!("/drawings/{}", answer["id"].as_str().unwrap());
    let row = json(
        stack.get(&format!("/api/v1/predictions/{}", answer["id"].as_str().unwrap())).send().await.unwrap(),
        StatusCode::OK,
    )
    .await;
    let created_at = OffsetDateTime::parse(row["created_at"].as_str().unwrap(), &Rfc3339).unwrap();
    let minute = |offset| {
        let there = created_at.to_offset(offset);
        format!(
            "{:02}.{:02}.{}, {:02}:{:02}",
            there.day(),
            u8::from(there.month()),
            there.year(),
            there.hour(),
            there.minute()
        )
    };
    let nepal = minute(UtcOffset::from_hms(5, 45, 0).unwrap());
    for (zone, expected) in [
        ("time_zone=Asia/Kathmandu", nepal),
        ("lang=de", minute(UtcOffset::UTC) + " UTC"),
        ("time_zone=../../etc/passwd", minute(UtcOffset::UTC) + " UTC"),
    ] {
        let request = stack.get(&path).header("accept-language", "de").header("cookie", zone);
        let (_, page) = language(request).await;
        assert!(page.contains(&expected), "{expected:?} is not in {page}");
    }
}

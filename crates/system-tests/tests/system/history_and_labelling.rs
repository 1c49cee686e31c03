//! A person who looks back and labels, in a real browser: with a finger on a phone, with a mouse at a desktop.

use crate::{
    chromium::Screen,
    drawings,
    pointer::{Pointer, down, up},
    stack::Stack,
    webdriver::Browser,
};
use fantoccini::Locator;
use serde_json::Value;

const PLACES: [(Screen, Pointer); 2] = [
    (Screen { width: 390, height: 844, scheme: "dark" }, Pointer::Finger),
    (Screen { width: 1280, height: 800, scheme: "light" }, Pointer::Mouse),
];

/// Presses the first element that the selector finds, with this hand.
async fn tap(browser: &Browser, pointer: Pointer, selector: &str) {
    browser.element(selector).await;
    let show = "document.querySelector(arguments[0]).scrollIntoView({ block: 'center', behavior: 'instant' });";
    browser.client.execute(show, vec![selector.into()]).await.unwrap();
    let place = browser.onto(selector).await;
    browser.act(vec![(pointer, vec![place, down(), up()])]).await;
}

async fn texts(browser: &Browser, selector: &str) -> Vec<String> {
    let texts = "return [...document.querySelectorAll(arguments[0])].map((element) => element.textContent.trim());";
    serde_json::from_value(browser.client.execute(texts, vec![selector.into()]).await.unwrap()).unwrap()
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_person_finds_drawings_and_opens_one() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    stack.look_back_on(500).await;
    for (screen, pointer) in PLACES {
        browser.emulate(screen, "no-preference").await;
        browser.client.goto(&stack.url("/history")).await.unwrap();
        tap(&browser, pointer, "summary").await;
        browser.element("details[open]").await;
        let predicted = browser.client.find(Locator::Css("select[name=predicted]")).await.unwrap();
        predicted.select_by_value("7").await.unwrap();
        tap(&browser, pointer, ".filters .primary").await;
        browser.element("option[value='7'][selected]").await;
        let found = texts(&browser, ".card strong").await;
        assert!(found.len() > 20 && found.iter().all(|predicted| predicted == "7"), "{screen:?}: {found:?}");

        tap(&browser, pointer, ".card").await;
        browser.element("#drawing[data-id]").await;
        browser.until_text("#numeral", "7").await;
        tap(&browser, pointer, "#replay").await;
        browser.element("svg.strokes polyline[points]").await;
        assert_eq!(browser.console().await, [] as [Value; 0], "{screen:?}");
    }
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_mistake_in_the_matrix_leads_to_the_drawings_that_it_counts() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    stack.look_back_on(1000).await;
    for (screen, pointer) in PLACES {
        browser.emulate(screen, "no-preference").await;
        browser.client.goto(&stack.url("/quality")).await.unwrap();
        let count = texts(&browser, ".chart.pressed a text").await.remove(0);
        tap(&browser, pointer, ".chart.pressed a").await;
        browser.element(".strip").await;
        assert_eq!(texts(&browser, ".card").await.len().to_string(), count, "{screen:?}");
    }
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_person_labels_one_after_the_other_and_takes_one_back() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    for (screen, pointer) in PLACES {
        sqlx::query("delete from predictions").execute(&mut stack.sql().await).await.unwrap();
        for digit in [4, 6] {
            stack.draw(&drawings::all()[digit]).await;
        }
        browser.emulate(screen, "no-preference").await;
        browser.client.goto(&stack.url("/label")).await.unwrap();
        browser.until_text(".question p", "2 drawings left").await;
        tap(&browser, pointer, "[data-label='4']").await;
        browser.until_text(".question p", "1 drawing left").await;
        tap(&browser, pointer, "[data-label=unsure]").await;
        browser.until_text(".question p", "0 drawings left").await;
        tap(&browser, pointer, "#undo").await;
        browser.until_text(".question p", "1 drawing left").await;
    }
    browser.client.clone().close().await.unwrap();
}

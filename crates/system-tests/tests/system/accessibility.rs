//! Tests of accessibility in every state, on a phone and on a desktop, light and dark: axe-core finds no violation, no
//! page scrolls sideways, touch targets are large enough, and nothing moves if the reader prefers reduced motion.

use crate::{
    chromium::Screen,
    drawings,
    model_page::submit_two,
    stack::Stack,
    training_runs::{begin, manifest, report},
    webdriver::Browser,
};
use fantoccini::Locator;
use serde_json::{Value, json as value};
use std::{
    fs::{self, DirEntry},
    io,
    path::Path,
};
use uuid::Uuid;

const SCREENS: [Screen; 5] = [
    Screen { width: 320, height: 568, scheme: "light" },
    Screen { width: 390, height: 844, scheme: "dark" },
    Screen { width: 1280, height: 900, scheme: "light" },
    Screen { width: 1280, height: 900, scheme: "dark" },
    Screen { width: 3840, height: 2160, scheme: "light" },
];

/// Returns how many pixels the page is wider than the screen.
const OVERHANG: &str = "return document.documentElement.scrollWidth - innerWidth;";

/// Returns the controls that are too small to press: below 44 pixels a side, or 24 for a link within a sentence or a
/// picture. If a control is in a label or invisible, the label counts.
const SMALL_TARGETS: &str = "
    const targets = document.querySelectorAll('a, button, summary, input, select, label[for], [tabindex=\"0\"]');
    return [...targets]
        .filter((target) => target.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
        .map((target) => target.closest('label') ?? target)
        .map((target) => {
            const least = getComputedStyle(target).display === 'inline' ? 24 : 44;
            const { width, height } = target.getBoundingClientRect();
            return { target: target.id || target.outerHTML.slice(0, 80), width, height, least };
        })
        .filter(({ width, height, least }) => Math.min(width, height) < least - 0.01);";

/// Returns the elements that move for longer than a millisecond.
const MOTION: &str = "
    const seconds = (list) => Math.max(...list.split(',').map((time) => parseFloat(time) || 0));
    return [...document.querySelectorAll('*')]
        .flatMap((element) => [undefined, '::before', '::after'].map((part) => [element, getComputedStyle(element, part)]))
        .filter(([, style]) =>
            seconds(style.transitionDuration) > 0.001 ||
            (style.animationName !== 'none' && seconds(style.animationDuration) > 0.001))
        .map(([element]) => element.id || element.outerHTML.slice(0, 80));";

/// Asserts what this file requires of a page in one state, on every screen.
pub(crate) async fn assert_accessible_everywhere(browser: &Browser, state: &str) {
    for screen in SCREENS {
        let state = format!("{state}, {screen:?}");
        browser.emulate(screen, "reduce").await;
        // A phone has touch events, so the page offers the camera.
        let touch = value!({ "enabled": screen.width < 760, "maxTouchPoints": 5 });
        browser.devtools("Emulation.setTouchEmulationEnabled", &touch).await;
        let measured = async |script: &str| browser.client.execute(script, Vec::new()).await.unwrap();
        assert!(measured(OVERHANG).await.as_f64().unwrap() <= 0.0, "{state}: the page scrolls sideways");
        assert_eq!(measured(SMALL_TARGETS).await, value!([]), "{state}: these targets are too small");
        assert_eq!(measured(MOTION).await, value!([]), "{state}: these elements move");
        browser.assert_accessible(&state).await;
    }
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn every_page_is_accessible_in_every_state() {
    let browser = Browser::chromium().await;
    let mut stack = Stack::start().await;
    let five: Value = drawings::all()[5]["strokes"].clone();
    for language in languages() {
        let home = stack.url(&format!("/?lang={language}"));
        browser.client.goto(&home).await.unwrap();
        assert_accessible_everywhere(&browser, &format!("{language}, empty")).await;
        browser.draw(&five).await;
        browser.element("#answer[data-state=live]:not([data-busy])").await;
        assert_accessible_everywhere(&browser, &format!("{language}, live")).await;
        browser.press("#eraser").await;
        browser.press("#width").await;
        browser.element("#hint:not([hidden])").await;
        assert_accessible_everywhere(&browser, &format!("{language}, eraser and another pen")).await;
        browser.press("#submit").await;
        browser.element("#answer[data-state=recorded]").await;
        browser.element("#recent .card").await;
        assert_accessible_everywhere(&browser, &format!("{language}, recorded")).await;
        browser.press("#explain").await;
        browser.element("#attribution:not([hidden])").await;
        assert_accessible_everywhere(&browser, &format!("{language}, explained")).await;
        browser.press("#wrong").await;
        browser.element("#correction[open]").await;
        assert_accessible_everywhere(&browser, &format!("{language}, corrections open")).await;
        browser.press("[data-label=not_a_digit]").await;
        browser.element("#answer[data-state=labelled]").await;
        assert_accessible_everywhere(&browser, &format!("{language}, labelled")).await;
        browser.press("#delete").await;
        assert_accessible_everywhere(&browser, &format!("{language}, asked whether to delete")).await;
    }

    stack.seed_predictions(2000).await;
    stack.add_first_model("newer").await; // the version of these predictions
    let id: Uuid = sqlx::query_scalar("select id from predictions where source = 'canvas' limit 1")
        .fetch_one(&mut stack.sql().await)
        .await
        .unwrap();
    submit_two(&stack, id).await;
    begin(&stack, "three", &manifest(&[])).await;
    report(&stack, "three", "training", 5).await;
    let drawing = format!("/drawings/{id}");
    for path in [
        "/history",
        "/history?predicted=7&incorrect=true",
        &drawing,
        "/label",
        "/quality",
        "/quality?days=0",
        "/models",
        "/models/two",
        "/models/three",
        "/models/training-examples",
    ] {
        for language in languages() {
            let separator = if path.contains('?') { '&' } else { '?' };
            browser.client.goto(&stack.url(&format!("{path}{separator}lang={language}"))).await.unwrap();
            for details in browser.client.find_all(Locator::Css("details:not([open]) > summary")).await.unwrap() {
                details.click().await.unwrap();
            }
            assert_accessible_everywhere(&browser, &format!("{language}, {path}")).await;
        }
    }

    let address = stack.model.take().unwrap().stop().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&five).await;
    browser.element("#notice[data-code=model_unavailable]").await;
    assert_accessible_everywhere(&browser, &format!("without the model at {address}")).await;
    browser.client.clone().close().await.unwrap();
}

/// Returns the languages of the pages, from the names of their files.
pub(crate) fn languages() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/messages");
    let name = |entry: io::Result<DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let tags: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| name(entry).strip_suffix(".ftl").unwrap().to_owned()).collect();
    assert!(tags.len() > 2, "{tags:?}");
    tags
}

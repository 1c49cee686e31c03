//! The page of a model, and the progress of training runs.

use crate::{
    drawings,
    person::Person,
    stack::{Stack, json},
    training_runs::{begin, manifest, report, submit, trained},
    webdriver::Browser,
};
use reqwest::{StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json as value};
use uuid::Uuid;

/// A picture with one pixel, as PNG in base64.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";

fn mistake(sample: &Value) -> Value {
    value!({ "set": "a set", "sample": sample, "true_label": 7, "champion": 7, "challenger": "not_a_digit" })
}

/// A registry of two models, and a drawing that taught the second one.
async fn stack_with_two_models() -> (Stack, Uuid) {
    let stack = Stack::start().await;
    stack.add_first_model("one").await;
    let drawing: Uuid = stack.draw(&drawings::all()[7]).await["id"].as_str().unwrap().parse().unwrap();
    submit_two(&stack, drawing).await;
    (stack, drawing)
}

/// Submits the model `two`, which was trained on this drawing and on one that does not exist, and makes mistakes on both.
pub(crate) async fn submit_two(stack: &Stack, drawing: Uuid) {
    let manifest = manifest(&[2, drawing.as_u128()]);
    let mut model = trained("two", &manifest, "inconclusive");
    model["evaluation"] = value!(include_str!("model_page/evaluation.json"));
    model["comparison"]["mistakes_gained"] =
        value!([mistake(&value!({ "png": PIXEL })), mistake(&value!({ "drawing": drawing }))]);
    model["comparison"]["mistakes_lost"] = value!([mistake(&value!({ "drawing": Uuid::from_u128(2) }))]);
    json(begin(stack, "two", &manifest).await, StatusCode::OK).await;
    json(submit(stack, "two", &model).await, StatusCode::OK).await;
}

#[tokio::test]
async fn the_page_of_a_model_shows_its_history_data_scores_and_comparison() {
    let (stack, drawing) = stack_with_two_models().await;
    let page = Person::new(&stack).get("/models/two").await.page(StatusCode::OK).await;
    for expected in [
        "2 drawings of people are in the training examples. 1 of them has been deleted since.",
        "<td class=\"wraps reason\">2 training examples</td>",
        "96 minutes",
        "training-examples</th>",
        "<td>3</td><td>99.63\u{a0}% (99.49\u{a0}% – 99.73\u{a0}%)</td><td>0.16\u{a0}%</td><td>0.0129</td><td>0.0032</td>",
        "Comparison with one",
        "<th scope=\"row\">Accuracy</th>",
        "<td>50.00\u{a0}%</td><td>&#62;\u{a0}90.00\u{a0}%</td>",
        "<strong>undecided</strong>",
        "Mistakes gained (2)",
        "src=\"/models/two/mistakes/gained/0\"",
        &format!("src=\"/api/v1/predictions/{drawing}/bitmap.png\""),
        &format!("href=\"/drawings/{drawing}\">7 → "),
        "<span class=\"deleted\">deleted</span>",
    ] {
        assert!(page.contains(expected), "{expected} is not in {page}");
    }
    assert!(!page.contains(PIXEL), "the page holds a picture");

    let picture = stack.get("/models/two/mistakes/gained/0").send().await.unwrap();
    assert_eq!(picture.headers()[CONTENT_TYPE], "image/png");
    assert!(picture.bytes().await.unwrap().starts_with(b"\x89PNG"));
    for path in
        ["two/mistakes/gained/1", "two/mistakes/lost/1", "two/mistakes/other/0", "none/mistakes/gained/0", "none"]
    {
        let response = stack.get(&format!("/models/{path}")).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_page_of_a_model_offers_only_the_changes_that_its_state_allows() {
    let (stack, _) = stack_with_two_models().await;
    let buttons = async |version: &str| {
        let page = Person::new(&stack).get(&format!("/models/{version}")).await.page(StatusCode::OK).await;
        [r#"value="promote""#, r#"value="reject""#].map(|button| page.contains(button))
    };
    assert_eq!(buttons("one").await, [false, false], "it serves");
    assert_eq!(buttons("two").await, [true, true]);
    let form = [("action", "promote"), ("version", "two"), ("reason", "it is \"inconclusive\", but I like it")];
    assert_eq!(Person::new(&stack).post("/models", &form).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(buttons("two").await, [false, false]);
    assert_eq!(buttons("one").await, [true, true], "it is retired");
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn the_progress_of_a_run_changes_on_the_open_pages() {
    let stack = Stack::start().await;
    stack.add_first_model("one").await;
    let manifest = manifest(&[]);
    json(begin(&stack, "two", &manifest).await, StatusCode::OK).await;
    let list = Browser::chromium().await;
    let page = Browser::chromium().await;
    list.open(&stack, "/models").await;
    page.open(&stack, "/models/two").await;
    for browser in [&list, &page] {
        browser.client.execute("window.isTheSame = true", Vec::new()).await.unwrap();
    }
    report(&stack, "two", "training", 5).await;
    for browser in [&list, &page] {
        browser
            .until_text(
                "#run-two p",
                "two: training. Epoch 5 of 30. Loss 0.2500. 50.00 % of the training samples correct.",
            )
            .await;
        let is_the_same = browser.client.execute("return window.isTheSame", Vec::new()).await.unwrap();
        assert_eq!(is_the_same, value!(true), "the page was loaded again");
    }
    json(submit(&stack, "two", &trained("two", &manifest, "worse")).await, StatusCode::OK).await;
    page.until_text("main tbody th", "rejected").await;
}

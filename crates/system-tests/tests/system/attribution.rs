//! The attribution of an answer, and the observed accuracy beside it, on the page.

use crate::{
    drawings,
    pointer::{Pointer, down, to, up},
    stack::{Stack, json},
    webdriver::Browser,
};
use digit::SIDE;
use reqwest::StatusCode;
use serde_json::{Value, json as value};
use wire::Explanation;

/// The parts of a drawing, row by row.
const PLACES: [&str; 9] = [
    "at the upper left",
    "at the top",
    "at the upper right",
    "on the left",
    "in the middle",
    "on the right",
    "at the lower left",
    "at the bottom",
    "at the lower right",
];

/// How many pixels of the picture are blue, which speaks for the answer, and how many orange.
const COLOURS: &str = "const picture = document.querySelector('#attribution-picture');
    const { data } = picture.getContext('2d').getImageData(0, 0, picture.width, picture.height);
    let [blue, orange] = [0, 0];
    for (let i = 0; i < data.length; i += 4) {
        if (data[i + 2] > data[i] + 40) blue++;
        if (data[i] > data[i + 2] + 40) orange++;
    }
    return [blue, orange];";

/// The part of the drawing where these weights, as far as they are above nothing much, come to most.
fn place(weights: impl Iterator<Item = f32> + Clone) -> &'static str {
    let most = weights.clone().map(f32::abs).fold(1.0, f32::max);
    let mut sums = [0.0; 9];
    for (index, weight) in weights.enumerate().filter(|(_, weight)| *weight > 0.08 * most) {
        let third = |place: usize| (place.saturating_sub(4) * 3 / 20).min(2);
        sums[3 * third(index / SIDE) + third(index % SIDE)] += weight;
    }
    PLACES[(0..9).max_by(|&one, &other| f32::total_cmp(&sums[one], &sums[other])).unwrap()]
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn the_page_shows_where_ink_speaks_for_the_answer_and_against_it_until_the_drawing_changes() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&drawings::all()[5]["strokes"]).await;
    browser.until_text("#numeral", "5").await;
    browser.element("#answer:not([data-busy])").await;
    let drawing = value!({ "strokes": browser.strokes().await, "width": 280, "height": 280 });
    let told = stack.post("/explain", "application/json", drawing.to_string()).send().await.unwrap();
    let Explanation { attribution, .. } = serde_json::from_value(json(told, StatusCode::OK).await).unwrap();

    let legend = async || {
        browser.element("#explain[aria-pressed=true]").await;
        browser.element("#attribution:not([hidden])").await;
        let said = format!("Speaks for it, most of all {}.", place(attribution.iter().copied()));
        browser.until_text("#attribution-for", &said).await;
        let said = format!("Speaks against it, most of all {}.", place(attribution.iter().map(|nats| -nats)));
        browser.until_text("#attribution-against", &said).await;
        let [blue, orange]: [u32; 2] =
            serde_json::from_value(browser.client.execute(COLOURS, Vec::new()).await.unwrap()).unwrap();
        assert!(blue > 500 && orange > 100, "{blue} {orange}");
    };
    browser.press("#explain").await;
    legend().await;
    browser.press("#explain").await;
    browser.element("#attribution[hidden]").await;

    // The page requests the attribution of a recorded drawing by its id.
    browser.press("#submit").await;
    browser.element("#answer[data-state=recorded]").await;
    browser.press("#explain").await;
    legend().await;
    let asked = "return performance.getEntriesByType('resource').map((entry) => new URL(entry.name).pathname)";
    let asked = browser.client.execute(asked, Vec::new()).await.unwrap();
    let by_id = |path: &&Value| path.as_str().unwrap().ends_with("/attribution");
    assert_eq!(asked.as_array().unwrap().iter().filter(by_id).count(), 1, "{asked}");

    browser.draw(&value!([[[60, 60], [60, 100]]])).await;
    browser.element("#explain[aria-pressed=false]").await;
    browser.element("#attribution[hidden]").await;

    // Asked for with a finger while the pen draws on, it is of less than is drawn by then.
    browser.element("#answer[data-state=live]").await;
    let canvas = browser.canvas().await;
    let at = |x: u32, y: u32| to(canvas, &value!([x, y]));
    let pen = vec![at(200, 60), down(), at(200, 80), at(200, 100), at(200, 140), at(200, 200), up()];
    let button = browser.onto("#explain").await;
    browser.act(vec![(Pointer::Pen, pen), (Pointer::Finger, vec![button.clone(), button, down(), up()])]).await;
    browser.element("#explain[aria-pressed=false]").await;
    browser.element("#attribution[hidden]").await;
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn an_explanation_that_cannot_be_had_is_told_like_any_problem() {
    let browser = Browser::chromium().await;
    let mut stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&drawings::all()[5]["strokes"]).await;
    browser.until_text("#numeral", "5").await;
    browser.press("#submit").await;
    browser.element("#answer[data-state=recorded]").await;
    stack.model.take().unwrap().stop().await;
    browser.press("#explain").await;
    browser.until_text("#notice-title", "The model is unavailable").await;
    browser.element("#explain[aria-pressed=false]").await;
    browser.element("#attribution[hidden]").await;
    browser.client.clone().close().await.unwrap();
}

/// Records a drawing of this digit with a label.
async fn labelled(stack: &Stack, digit: usize, label: usize) -> Value {
    let answer = stack.draw(&drawings::all()[digit]).await;
    let url = stack.url(&format!("/api/v1/predictions/{}/label", answer["id"].as_str().unwrap()));
    json(stack.http.put(url).json(&value!({ "true_label": label })).send().await.unwrap(), StatusCode::OK).await
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn beside_an_answer_stands_how_often_such_answers_were_right() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&drawings::all()[5]["strokes"]).await;
    browser.until_text("#numeral", "5").await;
    // A live answer, once it has settled; then the recorded one, and what a label changes.
    browser.until_text("#observed-accuracy", "Too few answers with this confidence are labelled yet (n = 0).").await;
    browser.press("#submit").await;
    browser.element("#answer[data-state=recorded]").await;
    browser.press("#right").await;
    browser.until_text("#observed-accuracy", "Too few answers with this confidence are labelled yet (n = 1).").await;

    for (count, label) in [(10, 4), (1, 9)] {
        for _ in 0..count {
            let row = labelled(&stack, 4, label).await;
            assert!(row["confidence"].as_f64().unwrap() >= 0.99, "{row}");
        }
    }
    let id = labelled(&stack, 5, 5).await["id"].as_str().unwrap().to_owned();
    let rate = "Of 100 answers with this confidence, 92 are correct here (n\u{a0}=\u{a0}13).";
    let page = stack.get(&format!("/?shown={id}")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains(rate), "without a script as well: {page}");
    let german = stack.get(&format!("/?shown={id}&lang=de")).send().await.unwrap().text().await.unwrap();
    assert!(german.contains("Von 100 so sicheren Antworten sind 92 hier richtig (n\u{a0}=\u{a0}13)."), "{german}");
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&drawings::all()[5]["strokes"]).await;
    browser.until_text("#observed-accuracy", &rate.replace('\u{a0}', " ")).await;

    // Where no digit is named, there is nothing that could have been checked.
    browser.press("#clear").await;
    browser.draw(&drawings::scribble()["strokes"]).await;
    browser.element("#answer[data-verdict=not_a_digit]").await;
    browser.press("#submit").await;
    browser.element("#answer[data-state=recorded]").await;
    // Requests for the recorded drawing are answered before this one.
    let asked = "const [done] = arguments; setTimeout(() => fetch('/readyz').then(() => done()));";
    browser.client.execute_async(asked, Vec::new()).await.unwrap();
    assert_eq!(browser.element("#observed-accuracy").await.text().await.unwrap(), "");
    let scribble = stack.draw(&drawings::scribble()).await["id"].as_str().unwrap().to_owned();
    let page = stack.get(&format!("/?shown={scribble}")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("<p id=\"observed-accuracy\" class=\"quiet\"></p>"), "{page}");
    browser.client.clone().close().await.unwrap();
}

//! Drawing on the page with mouse, finger and pen, on a phone and on a desktop: what the hand does is what is sent.

use crate::{
    chromium::Screen,
    drawings,
    pointer::{POINTERS, Pointer, down, to, up},
    stack::Stack,
    webdriver::Browser,
};
use serde_json::{Value, json};

const PHONE: Screen = Screen { width: 390, height: 844, scheme: "light" };
const DESK: Screen = Screen { width: 1280, height: 800, scheme: "light" };

/// Submits what is on the canvas and returns the strokes that came with it.
async fn submitted(browser: &Browser, stack: &Stack) -> Vec<Vec<Value>> {
    browser.press("#submit").await;
    browser.element("#answer[data-state=recorded]").await;
    let input: Vec<u8> = sqlx::query_scalar("select input from predictions order by id desc limit 1")
        .fetch_one(&mut stack.sql().await)
        .await
        .unwrap();
    let mut drawing: Value = serde_json::from_slice(&input).unwrap();
    serde_json::from_value(drawing["strokes"].take()).unwrap()
}

fn coordinate(point: &Value, axis: usize) -> f64 {
    point[axis].as_f64().unwrap()
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn mouse_finger_and_pen_draw_the_same_on_a_phone_and_on_a_desktop() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    let four = &drawings::all()[4]["strokes"];
    for screen in [PHONE, DESK] {
        browser.emulate(screen, "no-preference").await;
        for pointer in POINTERS {
            browser.client.goto(&stack.url("/")).await.unwrap();
            browser.draw_with(pointer, four).await;
            browser.until_text("#numeral", "4").await;
            let strokes = submitted(&browser, &stack).await;
            assert_eq!(strokes.len(), 2, "{pointer:?}, {screen:?}");
            for (drawn, sent) in four.as_array().unwrap().iter().zip(&strokes) {
                for (place, end) in [(0, &sent[0]), (drawn.as_array().unwrap().len() - 1, sent.last().unwrap())] {
                    let far = (0..2).map(|axis| (coordinate(&drawn[place], axis) - coordinate(end, axis)).abs());
                    assert!(far.fold(0.0, f64::max) < 2.0, "{pointer:?}, {screen:?}: {} {end}", drawn[place]);
                }
            }
        }
    }
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_second_finger_draws_nothing() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.emulate(PHONE, "no-preference").await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    let canvas = browser.canvas().await;
    let at = |x: f64, y: f64| to(canvas, &json!([x, y]));
    let first = vec![at(60.0, 60.0), down(), at(60.0, 120.0), at(60.0, 180.0), at(60.0, 220.0), up()];
    let second = vec![at(200.0, 200.0), at(200.0, 190.0), down(), at(220.0, 100.0), up(), at(230.0, 90.0)];
    browser.act(vec![(Pointer::Finger, first), (Pointer::Finger, second)]).await;
    let strokes = submitted(&browser, &stack).await;
    assert_eq!(strokes.len(), 1, "{strokes:?}");
    assert!(strokes[0].iter().all(|point| coordinate(point, 0) < 70.0), "{strokes:?}");
    assert!(coordinate(strokes[0].last().unwrap(), 1) > 210.0, "the first finger went on: {strokes:?}");
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn who_leaves_the_canvas_and_comes_back_leaves_no_ink_outside_and_goes_on_inside() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    for pointer in POINTERS {
        browser.client.goto(&stack.url("/")).await.unwrap();
        let around =
            json!([[100, 100], [200, 100], [260, 100], [300, 110], [310, 150], [290, 200], [200, 210], [100, 200]]);
        browser.draw_with(pointer, &json!([around])).await;
        let strokes = submitted(&browser, &stack).await;
        assert_eq!(strokes.len(), 2, "{pointer:?}: {strokes:?}");
        let all = strokes.iter().flatten().flat_map(|point| [coordinate(point, 0), coordinate(point, 1)]);
        assert!(all.fold(0.0, f64::max) <= 280.0, "{pointer:?}: {strokes:?}");
        assert!((coordinate(strokes[0].last().unwrap(), 0) - 280.0).abs() < 0.1, "up to the edge: {strokes:?}");
        assert!((coordinate(&strokes[1][0], 0) - 280.0).abs() < 0.1, "and from there: {strokes:?}");
    }
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_stroke_that_the_device_cancels_ends_and_stays_and_the_next_one_begins_anew() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    // The driver has no word for this, the developer tools do.
    let [left, top, side] = browser.canvas().await;
    for (kind, y) in [("touchStart", 60.0), ("touchMove", 120.0), ("touchMove", 200.0), ("touchCancel", 0.0)] {
        let point = json!({ "x": left + 60.0 / 280.0 * side, "y": top + y / 280.0 * side });
        let points = if kind == "touchCancel" { json!([]) } else { json!([point]) };
        browser.devtools("Input.dispatchTouchEvent", &json!({ "type": kind, "touchPoints": points })).await;
    }
    browser.draw_with(Pointer::Finger, &json!([[[200, 60], [200, 120], [200, 200]]])).await;
    let strokes = submitted(&browser, &stack).await;
    assert_eq!(strokes.len(), 2, "{strokes:?}");
    assert!(coordinate(strokes[0].last().unwrap(), 1) > 190.0 && coordinate(&strokes[1][0], 0) > 190.0, "{strokes:?}");
    browser.client.clone().close().await.unwrap();
}

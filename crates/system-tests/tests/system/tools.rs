//! The tools of the page: eraser, pen's width, undo and the bin.

use crate::{
    drawings,
    pointer::{POINTERS, Pointer, down, to, up},
    stack::Stack,
    webdriver::Browser,
};
use serde_json::{Value, json};

/// A pen's other end, which no driver can turn round: the events that such a pen sends.
const ERASER_END: &str = "const [from, to] = arguments;
    const canvas = document.querySelector('#canvas');
    const { left, top, width } = canvas.getBoundingClientRect();
    const send = (kind, [x, y], button, buttons) => canvas.dispatchEvent(new PointerEvent(kind, {
        pointerId: 1, pointerType: 'pen', bubbles: true, button, buttons,
        clientX: left + x / 280 * width, clientY: top + y / 280 * width }));
    send('pointerdown', from, 5, 32);
    send('pointermove', to, -1, 32);
    send('pointerup', to, 5, 0);";

/// The strokes on the canvas, as they would be kept over a reload.
const STROKES: &str = "dispatchEvent(new Event('pagehide'));
    return JSON.parse(sessionStorage.getItem('unsubmitted') ?? '[]');";

impl Browser {
    /// The strokes on the canvas.
    pub(crate) async fn strokes(&self) -> Vec<Vec<Value>> {
        serde_json::from_value(self.client.execute(STROKES, Vec::new()).await.unwrap()).unwrap()
    }

    /// Whether a button can be pressed to some effect.
    async fn is_enabled(&self, selector: &str) -> bool {
        self.element(selector).await.attr("aria-disabled").await.unwrap().as_deref() == Some("false")
    }
}

/// Lines from top to bottom, at these places from the left.
fn lines(places: &[u32]) -> Value {
    places.iter().map(|x| json!([[x, 40], [x, 100], [x, 160], [x, 240]])).collect()
}

/// Whether no stroke passes nearer to a place than this.
fn is_bare(strokes: &[Vec<Value>], place: [f64; 2], reach: f64) -> bool {
    let distance = |point: &Value| (point[0].as_f64().unwrap() - place[0]).hypot(point[1].as_f64().unwrap() - place[1]);
    strokes.iter().flatten().all(|point| distance(point) > reach)
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn an_eraser_takes_away_what_it_touches_and_splits_strokes_and_a_pass_is_one_step_to_undo() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    for pointer in POINTERS {
        browser.client.goto(&stack.url("/")).await.unwrap();
        assert!(!browser.is_enabled("#eraser").await, "nothing to erase yet");
        browser.draw_with(pointer, &lines(&[80, 140, 200])).await;
        let before = browser.strokes().await;
        browser.press("#eraser").await;
        browser.element("#eraser[aria-pressed=true]").await;
        // Across two of the three, there and back.
        browser.draw_with(pointer, &json!([[[30, 140], [110, 140], [165, 140], [120, 140]]])).await;
        let after = browser.strokes().await;
        assert_eq!(after.len(), 5, "{pointer:?}: two are split: {after:?}");
        assert!(is_bare(&after, [80.0, 140.0], 15.0) && is_bare(&after, [140.0, 140.0], 15.0), "{after:?}");
        assert_eq!(after.last(), before.last(), "{pointer:?}: the third one is as it was");
        browser.press("#undo").await;
        assert_eq!(browser.strokes().await, before, "{pointer:?}: one step");
        browser.press("#redo").await;
        assert_eq!(browser.strokes().await, after);

        // The pen again, and it draws.
        browser.press("#eraser").await;
        browser.draw_with(pointer, &lines(&[240])).await;
        assert_eq!(browser.strokes().await.len(), 6);
        browser.press("#clear").await;
    }
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_pens_other_end_erases_without_a_button_and_so_do_keys() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw_with(Pointer::Pen, &lines(&[80, 200])).await;
    browser.canvas().await;
    browser.client.execute(ERASER_END, vec![json!([40, 140]), json!([120, 140])]).await.unwrap();
    let strokes = browser.strokes().await;
    assert_eq!(strokes.len(), 3, "{strokes:?}");
    assert!(is_bare(&strokes, [80.0, 140.0], 15.0), "{strokes:?}");
    browser.element("#eraser[aria-pressed=false]").await;

    // The keyboard's tool starts in the middle near the top: a line there, and the eraser up and down it.
    browser.client.refresh().await.unwrap();
    browser.press("#clear").await;
    browser.draw(&json!([[[100, 70], [180, 70]]])).await;
    let canvas = browser.element("#canvas").await;
    canvas.send_keys("e ").await.unwrap();
    browser.element("#eraser[aria-pressed=true]").await;
    canvas.send_keys(" e").await.unwrap();
    browser.element("#eraser[aria-pressed=false]").await;
    let strokes = browser.strokes().await;
    assert_eq!(strokes.len(), 2, "{strokes:?}");
    assert!(is_bare(&strokes, [140.0, 70.0], 15.0), "{strokes:?}");
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn an_eraser_that_leaves_nothing_leaves_an_empty_canvas_and_the_pen_in_hand() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&json!([[[140, 60], [140, 100]]])).await;
    browser.element("#answer:not([data-state=empty])").await;
    browser.press("#eraser").await;
    browser.draw(&json!([[[140, 30], [140, 130]]])).await;
    browser.element("#answer[data-state=empty]").await;
    browser.element("#canvas[data-empty]").await;
    browser.element("#eraser[aria-pressed=false][aria-disabled=true]").await;
    browser.draw(&drawings::all()[5]["strokes"]).await;
    browser.until_text("#numeral", "5").await;

    // The recorded drawing stays as it is; the remains after erasing are another drawing.
    browser.press("#submit").await;
    browser.element("#answer[data-state=recorded]").await;
    browser.press("#eraser").await;
    browser.draw(&json!([[[100, 60], [220, 60]]])).await;
    browser.element("#answer:is([data-state=live], [data-state=drawing])").await;
    browser.press("#undo").await;
    browser.element("#answer[data-state=recorded]").await;
    assert_eq!(stack.rows().await, 1);
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn the_pens_width_is_for_the_eye_and_remembered() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&drawings::all()[5]["strokes"]).await;
    let (medium, strokes) = (browser.pixels().await, browser.strokes().await);
    browser.press("#width").await;
    browser.element("#width[aria-label='Pen: thick']").await;
    let thick = browser.pixels().await;
    assert!(thick.share > 1.3 * medium.share, "{thick:?} {medium:?}");
    assert_eq!(browser.strokes().await, strokes, "what is sent has no width");
    browser.until_text("#hint", "Pen: thick. The network sees the same line at any width.").await;
    browser.client.refresh().await.unwrap();
    browser.element("#width[aria-label='Pen: thick']").await;
    assert!(browser.pixels().await.is_like(&thick));
    browser.press("#width").await;
    browser.element("#width[aria-label='Pen: thin']").await;
    assert!(browser.pixels().await.share < 0.7 * medium.share);
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_slip_of_the_finger_clears_nothing_for_good() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&lines(&[80])).await;

    // While a pen draws, a finger of the same hand that meets the bin does nothing.
    let canvas = browser.canvas().await;
    let bin = browser.onto("#clear").await;
    let drawing = vec![
        to(canvas, &json!([200, 60])),
        down(),
        to(canvas, &json!([200, 120])),
        to(canvas, &json!([200, 200])),
        up(),
    ];
    let slip = vec![bin.clone(), bin.clone(), down(), up(), bin];
    browser.act(vec![(Pointer::Pen, drawing), (Pointer::Finger, slip)]).await;
    let drawn = browser.strokes().await;
    assert_eq!(drawn.len(), 2, "{drawn:?}");

    // It is a hand's breadth from the other tools, and what it took comes back, also when one has drawn on.
    let (bin, width) = (browser.onto("#clear").await, browser.onto("#width").await);
    assert!(bin["x"].as_i64().unwrap() - width["x"].as_i64().unwrap() > 88, "{bin} {width}");
    browser.press("#clear").await;
    browser.until_text("#hint", "Cleared. Undo brings it back.").await;
    browser.until_text("#announcement", "Cleared. Undo brings it back.").await;
    assert!(browser.strokes().await.is_empty() && !browser.is_enabled("#clear").await);
    browser.draw(&lines(&[140])).await;
    browser.element("#hint[hidden]").await;
    browser.press("#undo").await;
    browser.press("#undo").await;
    assert_eq!(browser.strokes().await, drawn);
    browser.element("#canvas").await.send_keys("\u{e00c}").await.unwrap(); // Escape
    assert!(browser.strokes().await.is_empty());
    browser.client.clone().close().await.unwrap();
}

//! Tests of the tools of the page: eraser, width of the pen, undo and clear.

use crate::{
    drawings,
    pointer::{POINTERS, Pointer, down, to, up},
    stack::Stack,
    webdriver::Browser,
};
use serde_json::{Value, json};

/// Sends the events of a pen's eraser end, which the driver cannot use.
const ERASER_END: &str = "const [from, to] = arguments;
    const canvas = document.querySelector('#canvas');
    const { left, top, width } = canvas.getBoundingClientRect();
    const send = (kind, [x, y], button, buttons) => canvas.dispatchEvent(new PointerEvent(kind, {
        pointerId: 1, pointerType: 'pen', bubbles: true, button, buttons,
        clientX: left + x / 280 * width, clientY: top + y / 280 * width }));
    send('pointerdown', from, 5, 32);
    send('pointermove', to, -1, 32);
    send('pointerup', to, 5, 0);";

/// Returns the strokes on the canvas, as the page stores them for a reload.
const STROKES: &str = "dispatchEvent(new Event('pagehide'));
    return JSON.parse(sessionStorage.getItem('unsubmitted') ?? '[]');";

impl Browser {
    /// Returns the strokes on the canvas.
    pub(crate) async fn strokes(&self) -> Vec<Vec<Value>> {
        serde_json::from_value(self.client.execute(STROKES, Vec::new()).await.unwrap()).unwrap()
    }

    /// Returns whether a button is enabled.
    async fn is_enabled(&self, selector: &str) -> bool {
        self.element(selector).await.attr("aria-disabled").await.unwrap().as_deref() == Some("false")
    }
}

/// Returns vertical lines at these x coordinates.
fn lines(xs: &[u32]) -> Value {
    xs.iter().map(|x| json!([[x, 40], [x, 100], [x, 160], [x, 240]])).collect()
}

/// Returns whether every point of the strokes is farther from `center` than `radius`.
fn is_bare(strokes: &[Vec<Value>], center: [f64; 2], radius: f64) -> bool {
    let distance =
        |point: &Value| (point[0].as_f64().unwrap() - center[0]).hypot(point[1].as_f64().unwrap() - center[1]);
    strokes.iter().flatten().all(|point| distance(point) > radius)
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn an_eraser_splits_the_strokes_that_it_crosses_and_one_undo_reverts_a_pass() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    for pointer in POINTERS {
        browser.client.goto(&stack.url("/")).await.unwrap();
        assert!(!browser.is_enabled("#eraser").await, "nothing to erase yet");
        browser.draw_with(pointer, &lines(&[80, 140, 200])).await;
        let before = browser.strokes().await;
        browser.press("#eraser").await;
        browser.element("#eraser[aria-pressed=true]").await;
        // The eraser crosses two of the three lines, and goes back.
        browser.draw_with(pointer, &json!([[[30, 140], [110, 140], [165, 140], [120, 140]]])).await;
        let after = browser.strokes().await;
        assert_eq!(after.len(), 5, "{pointer:?}: two lines are split: {after:?}");
        assert!(is_bare(&after, [80.0, 140.0], 15.0) && is_bare(&after, [140.0, 140.0], 15.0), "{after:?}");
        assert_eq!(after.last(), before.last(), "{pointer:?}: the third line is unchanged");
        browser.press("#undo").await;
        assert_eq!(browser.strokes().await, before, "{pointer:?}: one undo reverts the pass");
        browser.press("#redo").await;
        assert_eq!(browser.strokes().await, after);

        // The button selects the pen again.
        browser.press("#eraser").await;
        browser.draw_with(pointer, &lines(&[240])).await;
        assert_eq!(browser.strokes().await.len(), 6);
        browser.press("#clear").await;
    }
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn the_eraser_end_of_a_pen_and_the_keyboard_erase() {
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

    // The cursor of the keyboard starts in the middle near the top, on this line.
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
async fn erasing_everything_empties_the_canvas_and_selects_the_pen() {
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
async fn the_width_of_the_pen_changes_only_the_display_and_is_remembered() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&drawings::all()[5]["strokes"]).await;
    let (medium, strokes) = (browser.pixels().await, browser.strokes().await);
    browser.press("#width").await;
    browser.element("#width[aria-label='Pen: thick']").await;
    let thick = browser.pixels().await;
    assert!(thick.share > 1.3 * medium.share, "{thick:?} {medium:?}");
    assert_eq!(browser.strokes().await, strokes, "the strokes have no width");
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
async fn an_accidental_clear_is_prevented_or_undone() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&lines(&[80])).await;

    // While a pen draws, a finger that touches the clear button does nothing.
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

    // The clear button has a distance from the other tools, and undo restores the drawing, even after a new stroke.
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

//! Tests of pictures that people choose, photograph, paste or drop instead of drawing.

use crate::{
    chromium::Screen,
    drawings::{self, Picture},
    stack::Stack,
    webdriver::Browser,
};
use serde_json::{Value, json};

/// A script that pastes a PNG file into the page, or drops it there.
const PASTE_OR_DROP: &str = "const [bytes, kind] = arguments;
    const file = new File([new Uint8Array(bytes)], 'digit.png', { type: 'image/png' });
    const data = new DataTransfer();
    data.items.add(file);
    const event = kind === 'paste'
        ? new ClipboardEvent(kind, { clipboardData: data, bubbles: true, cancelable: true })
        : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector('footer').dispatchEvent(event);
    return event.defaultPrevented;";

/// Returns the source, the input kind and the prediction of each recorded drawing, newest first.
async fn recorded(stack: &Stack) -> Vec<(String, String, i16)> {
    sqlx::query_as("select source, input_kind, prediction from predictions order by id desc")
        .fetch_all(&mut stack.sql().await)
        .await
        .unwrap()
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_chosen_photographed_pasted_or_dropped_picture_is_read_and_undo_restores_the_drawing() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&drawings::all()[1]["strokes"]).await;
    let drawn = browser.strokes().await;

    let folder = tempfile::tempdir().unwrap();
    for (index, (way, digit)) in [("#file", 2), ("#camera", 3), ("paste", 4), ("drop", 7)].into_iter().enumerate() {
        let png = Picture::default().png(&drawings::all()[digit]);
        if way.starts_with('#') {
            let file = folder.path().join("digit.png");
            std::fs::write(&file, png).unwrap();
            let input = browser.client.find(fantoccini::Locator::Css(way)).await.unwrap();
            input.send_keys(file.to_str().unwrap()).await.unwrap();
        } else {
            let handled = browser.client.execute(PASTE_OR_DROP, vec![json!(png), json!(way)]).await.unwrap();
            // The page handles a drop outside the canvas, because the browser would open the file in place of the page.
            assert_eq!(handled, Value::Bool(way == "drop"));
        }
        browser.until_text("#numeral", &digit.to_string()).await;
        browser.element("#answer[data-state=recorded]").await;
        let expected = ("upload".to_owned(), "png".to_owned(), i16::try_from(digit).unwrap());
        let recorded = recorded(&stack).await;
        assert_eq!((recorded.len(), &recorded[0]), (index + 1, &expected), "{way}");
        assert!(browser.pixels().await.share > 0.02, "{way}: the canvas shows the picture");
        browser.press("#undo").await;
        assert_eq!(browser.strokes().await, drawn, "{way}");
    }
    browser.client.clone().close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn the_page_offers_the_camera_on_a_phone_but_not_on_a_desktop() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    let offered = async || browser.element("label[for=camera]").await.is_displayed().await.unwrap();
    assert!(!offered().await);
    let touch = json!({ "enabled": true, "maxTouchPoints": 5 });
    browser.devtools("Emulation.setTouchEmulationEnabled", &touch).await;
    browser.emulate(Screen { width: 390, height: 844, scheme: "light" }, "reduce").await;
    assert!(offered().await);
    let camera = browser.element("#camera[type=file][accept='image/*'][capture=environment]").await;
    assert_eq!(camera.attr("name").await.unwrap(), None, "without JavaScript the form sends only #file");
    browser.client.clone().close().await.unwrap();
}

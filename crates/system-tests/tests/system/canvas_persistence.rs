//! A drawing outlives what happens to its page: another size, a turn of the phone, zoom, a change of theme, a reload.

use crate::{chromium::Screen, drawings, stack::Stack, webdriver::Browser};
use serde_json::json;

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_drawing_survives_resize_rotation_zoom_theme_and_reload() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    let phone = Screen { width: 390, height: 844, scheme: "light" };
    browser.emulate(phone, "no-preference").await;
    browser.client.goto(&stack.url("/")).await.unwrap();
    browser.draw(&drawings::all()[5]["strokes"]).await;
    browser.until_text("#numeral", "5").await;
    let (ink, strokes) = (browser.pixels().await, browser.strokes().await);
    assert!(ink.share > 0.05 && ink.light < 64.0, "{ink:?}");

    for screen in [
        Screen { width: 844, height: 390, ..phone },
        Screen { width: 320, height: 568, ..phone },
        Screen { width: 3840, height: 2160, ..phone },
        Screen { width: 1280, height: 800, scheme: "dark" },
    ] {
        browser.emulate(screen, "no-preference").await;
        let now = browser.pixels().await;
        assert!(now.is_like(&ink), "{screen:?}: {now:?} {ink:?}");
        assert_eq!(now.light > 192.0, screen.scheme == "dark", "{screen:?}: ink stands out: {now:?}");
        assert_eq!(browser.strokes().await, strokes, "{screen:?}");
    }

    // Zoom: less room or more, and the canvas is as large as before, of other pixels.
    for (width, height, scale) in [(1920, 1080, 1.0), (1536, 864, 1.25), (3840, 1250, 0.5)] {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false });
        browser.devtools("Emulation.setDeviceMetricsOverride", &metrics).await;
        let now = browser.pixels().await;
        assert!(now.is_like(&ink), "{scale}: {now:?} {ink:?}");
        let sharp = "const canvas = document.querySelector('#canvas');
            return canvas.width / canvas.clientWidth / devicePixelRatio;";
        let sharp = browser.client.execute(sharp, Vec::new()).await.unwrap().as_f64().unwrap();
        assert!((sharp - 1.0).abs() < 0.01, "{scale}: {sharp}");
    }

    browser.client.refresh().await.unwrap();
    browser.until_text("#numeral", "5").await;
    assert!(browser.pixels().await.is_like(&ink));
    assert_eq!(browser.strokes().await, strokes);
    assert_eq!(stack.rows().await, 0, "it was kept here alone");
    browser.client.clone().close().await.unwrap();
}

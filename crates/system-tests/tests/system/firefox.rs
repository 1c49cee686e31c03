//! The page in Firefox, of a desktop's and of a phone's size: a person draws, sees the answer, submits, labels and looks
//! back.

use crate::{
    drawings,
    pointer::Pointer,
    stack::{Stack, root},
    webdriver::{Browser, poll},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// The page's width and height, and what draws on it.
const SIZES: [([u32; 2], Pointer); 2] = [([1280, 800], Pointer::Mouse), ([390, 844], Pointer::Finger)];

/// Gives the page this size. A window of Firefox is never as narrow as a phone, but the page in it may be.
const RESIZE: &str = "const [width, height] = arguments;
    const { style } = window.gBrowser.selectedBrowser;
    for (const [name, pixels] of Object.entries({ width, height }))
        for (const limit of ['', 'min-', 'max-']) style.setProperty(limit + name, `${pixels}px`);";

/// Returns the errors of pages of this origin: failed scripts, and requests that the content security policy blocked.
const ERRORS: &str = "return Services.console.getMessageArray()
    .filter((message) => message instanceof Ci.nsIScriptError && message.sourceName.startsWith(arguments[0]))
    .map(({ errorMessage }) => errorMessage);";

impl Browser {
    async fn firefox() -> Self {
        let profile = tempfile::tempdir().unwrap();
        let driver = root().join(".geckodriver/bin/geckodriver");
        let profiles = format!("--profile-root={}", profile.path().display());
        // With access to the browser's own scripts, which size the page and read the console.
        let command = [driver.to_str().unwrap(), "--port=0", "--websocket-port=0", "--allow-system-access", &profiles];
        let options = json!({
            "proxy": { "proxyType": "direct" },
            "moz:firefoxOptions": { "args": ["-headless", "-width", "1600", "-height", "1200"] },
        });
        let needs = "this test drives Firefox: `scripts/setup.sh test` installs firefox-esr and geckodriver";
        Self::start(&command, &options, profile, needs).await
    }

    /// Runs a script of Firefox's own, which may do more than a page's.
    async fn privileged(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.driver("moz/context", &json!({ "context": "chrome" })).await;
        let answer = self.client.execute(script, arguments).await.unwrap();
        self.driver("moz/context", &json!({ "context": "content" })).await;
        answer
    }

    /// Gives the page this size, and waits until it has it.
    async fn resize(&self, size: [u32; 2]) {
        self.privileged(RESIZE, size.map(Value::from).to_vec()).await;
        let mut found = Value::Null;
        let has_size = async || {
            found = self.client.execute("return [innerWidth, innerHeight];", Vec::new()).await.unwrap();
            (found == json!(size)).then_some(())
        };
        let resized = poll(has_size).await;
        assert!(resized.is_some(), "the page's size is {found}, not {size:?}");
    }

    /// The errors of the pages of this origin. This function makes a last error: once Firefox reports it, it has reported
    /// all earlier ones.
    async fn errors(&self, origin: &str) -> Vec<Value> {
        let fail =
            "const script = document.createElement('a'); script.onclick = () => { throw new Error('the last one'); };
            script.click();";
        self.client.execute(fail, Vec::new()).await.unwrap();
        let reported = async || {
            let errors = self.privileged(ERRORS, vec![origin.into()]).await;
            let mut errors = errors.as_array().unwrap().clone();
            errors.pop_if(|error| error == "Error: the last one").map(|_| errors)
        };
        poll(reported).await.expect("Firefox reports the error that the test made")
    }
}

#[tokio::test]
#[ignore = "needs Firefox"]
async fn a_person_draws_submits_labels_and_looks_back_in_firefox_on_a_desktop_and_on_a_phone() {
    let browser = Browser::firefox().await;
    let stack = Stack::start().await;
    for (digit, (size, pointer)) in [5, 7].into_iter().zip(SIZES) {
        let drawn = digit.to_string();
        browser.client.goto(&stack.url("/")).await.unwrap();
        browser.resize(size).await;
        assert!(browser.pixels().await.share <= 0.0, "{size:?}");
        browser.draw_with(pointer, &drawings::all()[digit]["strokes"]).await;
        let pixels = browser.pixels().await;
        assert!(pixels.share > 0.02, "{size:?}: {pixels:?}");

        browser.element("#answer[data-state=live]").await;
        browser.until_text("#numeral", &drawn).await;
        browser.press("#submit").await;
        browser.element("#answer[data-state=recorded]").await;
        browser.element("#recent .card").await;

        // Right on the desktop; on the phone wrong, and corrected.
        let label = if pointer == Pointer::Mouse {
            browser.press("#right").await;
            drawn.clone()
        } else {
            browser.press("#wrong").await;
            browser.press("[data-label='1']").await;
            "1".to_owned()
        };
        browser.element("#answer[data-state=labelled]").await;
        browser.until_text("#true-label", &label).await;
        let newest = "select id, prediction, true_label from prediction_logs order by id desc limit 1";
        let (id, predicted, labelled): (Uuid, i16, Option<String>) =
            sqlx::query_as(newest).fetch_one(&mut stack.sql().await).await.unwrap();
        assert_eq!((predicted.to_string(), labelled), (drawn.clone(), Some(label)), "{size:?}");

        browser.client.goto(&stack.url("/history")).await.unwrap();
        browser.press(&format!(".card[data-id='{id}']")).await;
        browser.element(&format!("#drawing[data-id='{id}']")).await;
        browser.element("svg.strokes polyline[points]").await;
        browser.until_text("#numeral", &drawn).await;
    }
    assert_eq!(browser.errors(&stack.url("")).await, [] as [Value; 0]);
    assert_eq!(stack.rows().await, 2);
    browser.client.clone().close().await.unwrap();
}

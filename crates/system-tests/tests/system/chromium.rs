//! Chromium, and the commands of its driver and its developer tools.

use crate::webdriver::Browser;
use serde_json::{Value, json as value};

/// The size of a screen, and its colour scheme.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) scheme: &'static str,
}

impl Browser {
    /// Starts Chromium.
    pub(crate) async fn chromium() -> Self {
        let profile = tempfile::tempdir().unwrap();
        let options = value!({
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,900",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--no-proxy-server", format!("--user-data-dir={}", profile.path().display()),
            ] }
        });
        let needs = "this test drives Chromium: install chromium and chromium-driver, as `make test` does";
        Self::start(&["chromedriver", "--port=0"], &options, profile, needs).await
    }

    /// Returns the new messages of Chromium's console: errors, warnings, and blocked requests.
    pub(crate) async fn console(&self) -> Vec<Value> {
        self.driver("se/log", &value!({ "type": "browser" })).await.as_array().unwrap().clone()
    }

    /// Emulates a screen and a preference for motion.
    pub(crate) async fn emulate(&self, screen: Screen, motion: &str) {
        let Screen { width, height, scheme } = screen;
        let metrics = value!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics).await;
        let media = value!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": motion },
        ] });
        self.devtools("Emulation.setEmulatedMedia", &media).await;
        // The page applies both in its next frame.
        let frame = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done));";
        self.client.execute_async(frame, Vec::new()).await.unwrap();
    }

    /// Sends a command to Chromium's developer tools.
    pub(crate) async fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.driver("goog/cdp/execute", &value!({ "cmd": command, "params": parameters })).await
    }
}

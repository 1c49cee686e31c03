//! Tests of the files of the pages. Their addresses change with their content, so browsers cache them for good.

use crate::{
    drawings,
    pages::between,
    stack::{Stack, json},
    webdriver::Browser,
};
use reqwest::StatusCode;
use serde_json::Value;
use std::collections::BTreeSet;

/// Returns the files that the current page has loaded, and how many bytes each took on the network, headers included.
const LOADED: &str = "
    return performance.getEntriesByType('resource')
        .map((entry) => ({ path: new URL(entry.name).pathname, received: entry.transferSize }))
        .filter(({ path }) => path.startsWith('/static/'));";

async fn page(stack: &Stack, path: &str) -> String {
    let response = stack.get(path).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    assert_eq!(response.headers()["cache-control"], "private, no-cache", "{path}");
    response.text().await.unwrap()
}

/// Returns the addresses of files in a page.
fn assets(page: &str) -> BTreeSet<&str> {
    page.split('"').filter(|text| text.starts_with("/static/")).collect()
}

/// Returns the modules that a module imports statically, except those in comments.
fn imports(address: &str, source: &str) -> Vec<String> {
    let is_comment = |line: &&str| ["//", "/*", "*"].iter().any(|start| line.trim_start().starts_with(start));
    let code: String = source.lines().filter(|line| !is_comment(line)).collect();
    let code = code.replace("import \"", "import {} from \"");
    let specifiers = between(&code, " from \"", "\"").into_iter();
    let base = reqwest::Url::parse("http://localhost").unwrap().join(address).unwrap();
    specifiers.map(|specifier| base.join(specifier).unwrap().path().to_owned()).collect()
}

#[tokio::test]
async fn browsers_cache_every_file_of_a_page_but_no_page() {
    let stack = Stack::start().await;
    let answer = stack.draw(&drawings::all()[5]).await;
    let drawing = format!("/drawings/{}", answer["id"].as_str().unwrap());
    for path in ["/", "/history", &drawing, "/label", "/quality", "/history?since=never"] {
        let page = if path.ends_with("never") {
            stack.get(path).header("accept", "text/html").send().await.unwrap().text().await.unwrap()
        } else {
            page(&stack, path).await
        };
        let assets = assets(&page);
        assert!(assets.len() >= 3, "{path}: {assets:?}");
        for asset in assets {
            let file = stack.get(asset).send().await.unwrap();
            assert_eq!(file.status(), StatusCode::OK, "{path}: {asset}");
            let headers = file.headers();
            assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable", "{asset}");
            assert!(!headers.contains_key("etag") && !headers.contains_key("last-modified"), "{headers:?}");
        }
    }
}

#[tokio::test]
async fn a_file_under_another_hash_is_not_found() {
    let stack = Stack::start().await;
    let page = page(&stack, "/").await;
    let icon = *assets(&page).iter().find(|address| address.ends_with("/icon.svg")).unwrap();
    let hash = icon.split('/').nth(2).unwrap();
    assert!(hash.len() == 16 && hash.chars().all(|digit| digit.is_ascii_hexdigit()), "{icon}");
    for address in [
        icon.replace(hash, "0123456789abcdef"),
        icon.replace(hash, &hash[..15]),
        "/static/icon.svg".to_owned(),
        format!("/static/{hash}"),
        format!("/static/{hash}/"),
        format!("/static/{hash}/no-such.js"),
        format!("/static/{hash}/%FF"),
    ] {
        let response = stack.get(&address).send().await.unwrap();
        assert!(!response.headers().contains_key("cache-control"), "{address}: an error is not cached");
        assert_eq!(json(response, StatusCode::NOT_FOUND).await["code"], "not_found", "{address}");
    }
}

#[tokio::test]
async fn every_module_that_a_page_imports_is_preloaded() {
    let stack = Stack::start().await;
    let answer = stack.draw(&drawings::all()[5]).await;
    for path in ["/", "/label", &format!("/drawings/{}", answer["id"].as_str().unwrap())] {
        let page = page(&stack, path).await;
        let [entry] = between(&page, "<script type=\"module\" src=\"", "\"")[..] else { panic!("{path}: {page}") };
        let mut modules = vec![entry.to_owned()];
        let mut next = 0;
        while let Some(module) = modules.get(next).cloned() {
            let source = stack.get(&module).send().await.unwrap().text().await.unwrap();
            for import in imports(&module, &source) {
                if !modules.contains(&import) {
                    modules.push(import);
                }
            }
            next += 1;
        }
        assert!(modules.len() > 5, "{modules:?}");
        let imported: BTreeSet<&str> = modules[1..].iter().map(String::as_str).collect();
        let preloaded = between(&page, "<link rel=\"modulepreload\" href=\"", "\"");
        assert_eq!(preloaded.len(), imported.len(), "{path}: each is preloaded once");
        assert_eq!(BTreeSet::from_iter(preloaded), imported, "{path}");
    }
}

#[tokio::test]
#[ignore = "needs Chromium"]
async fn a_second_visit_requests_only_the_page() {
    let browser = Browser::chromium().await;
    let stack = Stack::start().await;
    for is_first in [true, false] {
        browser.client.goto(&stack.url("/")).await.unwrap();
        let loaded = browser.client.execute(LOADED, Vec::new()).await.unwrap();
        let loaded = loaded.as_array().unwrap();
        assert!(loaded.len() > 20, "{loaded:?}");
        let is_received = |file: &&Value| file["received"] != 0;
        let received: Vec<_> = loaded.iter().filter(is_received).collect();
        assert_eq!(received.is_empty(), !is_first, "{received:?}");
    }
    assert_eq!(browser.console().await, [] as [Value; 0]);
    browser.client.clone().close().await.unwrap();
}

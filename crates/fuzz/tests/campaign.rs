//! Tests of the fuzzer: twenty thousand inputs to the model service, and services with defects that it must find.

use axum::{
    Json, Router,
    body::Bytes,
    extract::rejection::BytesRejection,
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::any,
};
use fuzz::{Campaign, Failure, Stripping, target};
use serde_json::json;
use service::{ApiError, with_layers};
use std::{path::Path, time::Duration};
use tokio::sync::Mutex;
use wire::Code;

/// The seed of all runs here, so that failures are reproducible.
const SEED: u64 = 28;

/// A lock that every test holds, since panics are counted in the whole process.
static ALONE: Mutex<()> = Mutex::const_new(());

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_thousand_inputs_get_documented_responses() {
    let _alone = ALONE.lock().await;
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let campaign = Campaign::new(target(&models).unwrap(), SEED).unwrap();
    let (tally, failures) = campaign.run(0..20_000, 4, |_| {}).await;
    for failure in &failures {
        eprintln!("input {}: {}\n{}\n", failure.input, failure.what, String::from_utf8_lossy(&failure.request));
    }
    let table = tally.table();
    assert!(failures.is_empty() && tally.inputs() == 20_000, "{table}");
    assert!(tally.answered() > 0.3, "too few inputs reach the network\n{table}");
    let rare = ["image_too_large", "payload_too_large", "overloaded"];
    assert!(tally.never_met().iter().all(|code| rare.contains(&&code[..])), "{table}");
}

#[tokio::test]
async fn ten_thousand_pictures_lose_their_metadata_and_keep_their_pixels() {
    let _alone = ALONE.lock().await;
    let (tally, failures) = Stripping::new(SEED).unwrap().run(0..10_000, 2);
    for failure in &failures {
        eprintln!("picture {}: {}", failure.input, failure.what);
    }
    let table = tally.table();
    assert!(failures.is_empty() && tally.inputs() == 10_000, "{table}");
    assert!(tally.same() > 0.4 && tally.lost() < 0.001, "{table}");
}

/// Returns the failures that a run finds in a service.
async fn failures(routes: Router) -> Vec<Failure> {
    let _alone = ALONE.lock().await;
    Campaign::new(routes, SEED).unwrap().run(0..200, 2, |_| {}).await.1
}

/// A service that is always overloaded, and panics if a body contains `IHDR`.
async fn busy(uri: Uri, body: Result<Bytes, BytesRejection>) -> Response {
    let body = body.unwrap_or_default();
    assert!(!body.windows(4).any(|bytes| bytes == b"IHDR"), "a defect");
    if uri.path() == "/v2" || uri.path().starts_with("/v2/") {
        let again = [(header::RETRY_AFTER, "1")];
        return (StatusCode::TOO_MANY_REQUESTS, again, Json(json!({ "error": "Too busy." }))).into_response();
    }
    ApiError::new(Code::Overloaded, "The service is overloaded.").retry_after(Duration::from_secs(1)).into_response()
}

#[tokio::test]
async fn a_panic_that_the_service_catches_is_found_and_its_input_is_shrunk() {
    let routes = Router::new().route("/", any(busy)).route("/{*path}", any(busy));
    let failures = failures(with_layers(routes.into())).await;
    assert!(!failures.is_empty());
    for failure in failures {
        let request = String::from_utf8_lossy(&failure.request);
        assert!(failure.what.contains("panicked"), "{}: {request}", failure.what);
        assert!(request.ends_with("\r\n\r\nIHDR"), "{request}");
    }
}

#[tokio::test]
async fn an_undocumented_response_is_found() {
    let nothing = Router::new().fallback(any(async || Json(json!({}))));
    assert!(!failures(nothing).await.is_empty());
    let plain = Router::new().fallback(any(async || (StatusCode::BAD_REQUEST, "no")));
    assert!(!failures(plain).await.is_empty());
}

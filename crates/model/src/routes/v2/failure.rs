//! What a client of the protocol is told that gets no answer.

use axum::{
    Json,
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use service::Failure;

/// The body of every error.
#[derive(Serialize)]
struct Error {
    error: String,
}

/// Says a failure under `/v2` as the protocol does, wherever it arose: in a handler, or before one was found.
pub(in crate::routes) async fn refuse_in_its_words(request: Request, next: Next) -> Response {
    let is_ours = request.uri().path() == "/v2" || request.uri().path().starts_with("/v2/");
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Failure>() {
        Some(failure) if is_ours => in_its_words(failure, &response),
        _ => response,
    }
}

fn in_its_words(failure: Failure, response: &Response) -> Response {
    // The protocol tells no two kinds of bad request apart.
    let status = match response.status() {
        StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
        status => status,
    };
    let mut refusal = (status, Json(Error { error: failure.problem.detail })).into_response();
    for kept in [header::RETRY_AFTER, header::ALLOW] {
        refusal.headers_mut().extend(response.headers().get(&kept).cloned().map(|value| (kept, value)));
    }
    refusal
}

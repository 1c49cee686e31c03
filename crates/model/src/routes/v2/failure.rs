//! What a client of the protocol is told that gets no answer.

use crate::Model;
use axum::{
    Json,
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use service::{ApiError, Documented, by_status, refusal};
use utoipa::{
    ToSchema,
    openapi::{Content, Ref},
};
use utoipa_axum::router::UtoipaMethodRouter;
use wire::Code;

/// The body of every error.
#[derive(Serialize, ToSchema)]
struct Error {
    /// What is wrong and what to do about it, for people.
    error: String,
}

/// Says a failure under `/v2` as the protocol does, wherever it arose: in a handler, or before one was found.
pub(in crate::routes) async fn refuse_in_its_words(request: Request, next: Next) -> Response {
    let is_ours = request.uri().path() == "/v2" || request.uri().path().starts_with("/v2/");
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<ApiError>() {
        Some(failure) if is_ours => in_its_words(failure, &response),
        _ => response,
    }
}

fn in_its_words(failure: ApiError, response: &Response) -> Response {
    let mut refusal = (its_status(response.status()), Json(Error { error: failure.problem.detail })).into_response();
    for kept in [header::RETRY_AFTER, header::ALLOW] {
        refusal.headers_mut().extend(response.headers().get(&kept).cloned().map(|value| (kept, value)));
    }
    refusal
}

/// The protocol tells no two kinds of bad request apart.
fn its_status(status: StatusCode) -> StatusCode {
    if status == StatusCode::UNPROCESSABLE_ENTITY { StatusCode::BAD_REQUEST } else { status }
}

/// Says in the documentation that operations may be refused for these reasons.
pub(super) fn refuses(routes: UtoipaMethodRouter<Model>, codes: &[Code]) -> UtoipaMethodRouter<Model> {
    let status = |code: Code| StatusCode::from_u16(code.status()).map_or(500, |status| its_status(status).as_u16());
    routes.with_schema::<Error>().each_operation(|operation| {
        for (status, codes) in by_status(codes, status) {
            let description = codes.into_iter().map(Code::title).collect::<Vec<_>>().join("; ");
            let content = Content::new(Some(Ref::from_schema_name(Error::name())));
            let response = refusal(status, description).content("application/json", content).build();
            operation.responses.responses.insert(status.to_string(), response.into());
        }
    })
}

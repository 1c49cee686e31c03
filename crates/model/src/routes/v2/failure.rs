//! Errors in the Open Inference Protocol's format.

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

/// The body of every error response.
#[derive(Serialize, ToSchema)]
struct Error {
    /// A message for people: the fault and its remedy.
    error: String,
}

/// Converts every error under `/v2` to the protocol's format, whether a handler or the router returned it.
pub(in crate::routes) async fn convert_errors(request: Request, next: Next) -> Response {
    let is_v2 = request.uri().path() == "/v2" || request.uri().path().starts_with("/v2/");
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<ApiError>() {
        Some(failure) if is_v2 => v2_response(failure, &response),
        _ => response,
    }
}

fn v2_response(failure: ApiError, response: &Response) -> Response {
    let error = Json(Error { error: failure.problem.detail });
    let mut converted = (v2_status(response.status()), error).into_response();
    for name in [header::RETRY_AFTER, header::ALLOW] {
        converted.headers_mut().extend(response.headers().get(&name).cloned().map(|value| (name, value)));
    }
    converted
}

/// Converts a status: the protocol has a single status for bad requests.
fn v2_status(status: StatusCode) -> StatusCode {
    if status == StatusCode::UNPROCESSABLE_ENTITY { StatusCode::BAD_REQUEST } else { status }
}

/// Adds error responses to the documentation of operations.
pub(super) fn refuses(routes: UtoipaMethodRouter<Model>, codes: &[Code]) -> UtoipaMethodRouter<Model> {
    let status = |code: Code| StatusCode::from_u16(code.status()).map_or(500, |status| v2_status(status).as_u16());
    routes.with_schema::<Error>().each_operation(|operation| {
        for (status, codes) in by_status(codes, status) {
            let description = codes.into_iter().map(Code::title).collect::<Vec<_>>().join("; ");
            let content = Content::new(Some(Ref::from_schema_name(Error::name())));
            let response = refusal(status, description).content("application/json", content).build();
            operation.responses.responses.insert(status.to_string(), response.into());
        }
    })
}

//! The error responses of the Open Inference Protocol in the OpenAPI document.

use crate::Model;
use axum::http::StatusCode;
use service::{Documented, InferenceError, by_status, inference_status, refusal};
use utoipa::{
    ToSchema,
    openapi::{Content, Ref},
};
use utoipa_axum::router::UtoipaMethodRouter;
use wire::Code;

/// Adds error responses to the documentation of operations.
pub(super) fn refuses(routes: UtoipaMethodRouter<Model>, codes: &[Code]) -> UtoipaMethodRouter<Model> {
    let status =
        |code: Code| StatusCode::from_u16(code.status()).map_or(500, |status| inference_status(status).as_u16());
    routes.with_schema::<InferenceError>().each_operation(|operation| {
        for (status, codes) in by_status(codes, status) {
            let description = codes.into_iter().map(Code::title).collect::<Vec<_>>().join("; ");
            let content = Content::new(Some(Ref::from_schema_name(InferenceError::name())));
            let response = refusal(status, description).content("application/json", content).build();
            operation.responses.responses.insert(status.to_string(), response.into());
        }
    })
}

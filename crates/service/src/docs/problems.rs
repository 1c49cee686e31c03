//! The error responses in the OpenAPI document.

use std::collections::BTreeMap;
use utoipa::{
    ToSchema,
    openapi::{
        ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, ResponseBuilder, Schema,
        example::{Example, ExampleBuilder},
        path::Operation,
        schema::{AllOfBuilder, Type},
    },
};
use wire::{Code, PROBLEM_MEDIA_TYPE, Problem};

/// Groups codes by their status.
pub fn by_status(codes: &[Code], status: impl Fn(Code) -> u16) -> BTreeMap<u16, Vec<Code>> {
    let mut statuses = BTreeMap::<u16, Vec<Code>>::new();
    for &code in codes {
        statuses.entry(status(code)).or_default().push(code);
    }
    statuses
}

/// An error response with this status, and with `Retry-After` for 429 and 503.
#[must_use]
pub fn refusal(status: u16, description: String) -> ResponseBuilder {
    let response = ResponseBuilder::new().description(description);
    if !matches!(status, 429 | 503) {
        return response;
    }
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    let header =
        HeaderBuilder::new().schema(Some(seconds)).description(Some("Seconds after which the client may try again."));
    response.header("Retry-After", header.build())
}

/// Adds responses with the problems of these codes to an operation.
pub(super) fn refuse(operation: &mut Operation, codes: &[Code]) {
    for (status, codes) in by_status(codes, Code::status) {
        let meaning = |code: &Code| format!("`{}`: {}", name(*code), code.title());
        let description = codes.iter().map(meaning).collect::<Vec<_>>().join("; ");
        let content = ContentBuilder::new().schema(Some(problem(status, &codes)));
        let content = content.examples_from_iter(codes.iter().map(|code| (name(*code), example(*code)))).build();
        let response = refusal(status, description).content(PROBLEM_MEDIA_TYPE, content).build();
        operation.responses.responses.insert(status.to_string(), response.into());
    }
}

/// An example of a problem with this code.
fn example(code: Code) -> Example {
    ExampleBuilder::new().summary(code.title()).value(serde_json::to_value(Problem::new(code, "…")).ok()).build()
}

/// The schema of a [`Problem`] with this status and one of these codes.
fn problem(status: u16, codes: &[Code]) -> Schema {
    let status = ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([status]));
    let code = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes.iter().map(|code| name(*code))));
    AllOfBuilder::new()
        .item(Ref::from_schema_name(Problem::name()))
        .item(ObjectBuilder::new().property("status", status).property("code", code))
        .into()
}

/// The code in JSON.
fn name(code: Code) -> String {
    Problem::new(code, "").kind.trim_start_matches("urn:digits:problem:").to_owned()
}

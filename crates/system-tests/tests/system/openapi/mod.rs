//! Tests of the OpenAPI documents: they are valid and complete, every answer agrees with them, and a page shows them.

mod api;
mod document;
mod examples;
mod model;
mod page;
mod provoke;
pub(crate) mod raw;

use crate::{
    python::{self, python, run},
    stack::Stack,
};
use document::Document;
use std::fs;

/// The version of openapi-spec-validator that pip installs.
const VERSION: &str = "0.9.0";

#[tokio::test]
#[ignore = "needs python3"]
async fn both_documents_are_valid_openapi() {
    let validator = format!("openapi-spec-validator=={VERSION}");
    let validator = python::installed("openapi-spec-validator", &validator, VERSION).await;
    let stack = Stack::start().await;
    for service in [stack.api.address, stack.model.as_ref().unwrap().address] {
        let document = Document::of(&stack.http, service).await;
        assert_eq!(document.json["openapi"], "3.1.0");
        document.validate_examples();
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), document.json.to_string()).unwrap();
        let mut command = python();
        command.env("PYTHONPATH", &validator).args(["-m", "openapi_spec_validator"]).arg(file.path());
        run(&mut command, "").await;
    }
}

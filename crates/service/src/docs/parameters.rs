//! Schemas of query parameters that [`empty_as_none`](crate::empty_as_none) reads. Each may be empty.

use digit::ModelVersion;
use utoipa::openapi::{ObjectBuilder, Schema, schema::Type};

/// A text that is empty or matches a regular expression.
#[must_use]
pub fn empty_or(pattern: &str) -> Schema {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(format!("^({pattern})?$"))).into()
}

/// A text that is empty or one of these.
#[must_use]
pub fn empty_or_one_of<const N: usize>(names: [&str; N]) -> Schema {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some([""].into_iter().chain(names))).into()
}

/// The version of a model.
#[must_use]
pub fn model_version() -> Schema {
    empty_or(ModelVersion::PATTERN)
}

/// The parameter `include`.
#[must_use]
pub fn include() -> Schema {
    empty_or_one_of(["bitmap"])
}

/// `true` or `false`.
#[must_use]
pub fn flag() -> Schema {
    empty_or_one_of(["true", "false"])
}

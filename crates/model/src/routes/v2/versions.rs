//! The addresses of a model and of its versions.

use crate::Model;
use service::Documented;
use utoipa::openapi::{
    ObjectBuilder, Required,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn},
    schema::Type,
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

const MODEL: &str = "/v2/models/{model}";
const VERSION: &str = "/v2/models/{model}/versions/{version}";

/// Registers an operation on a model, and the same operation on one of its versions.
pub(super) fn with_versions(routes: UtoipaMethodRouter<Model>) -> OpenApiRouter<Model> {
    let routes = routes.each_operation(|operation| take(operation, "model", "`digits`, or the name of a version."));
    let mut of_version = (routes.0.clone(), routes.1.clone(), routes.2.clone()).each_operation(|operation| {
        operation.operation_id = operation.operation_id.take().map(|id| format!("{id}_of_version"));
        operation.summary = operation.summary.take().map(|summary| summary.replacen(" of a model", " of a version", 1));
        take(operation, "version", "A loaded version.");
    });
    let paths = std::mem::take(&mut of_version.1.paths);
    of_version.1.paths = paths.into_iter().map(|(path, item)| (path.replacen(MODEL, VERSION, 1), item)).collect();
    OpenApiRouter::new().routes(routes).routes(of_version)
}

/// Adds a path parameter to the documentation of an operation.
fn take(operation: &mut Operation, name: &str, description: &str) {
    operation.parameters.get_or_insert_default().push(parameter(name, description).into());
}

fn parameter(name: &str, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

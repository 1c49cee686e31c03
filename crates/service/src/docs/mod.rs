//! The OpenAPI document of a service, generated from its routes, and Swagger UI.

mod drawing;
mod operations;
mod page;
pub mod parameters;
mod problems;

pub use operations::Documented;
pub use problems::{by_status, refusal};

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use std::sync::Arc;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// Adds the document and its page to the routes that they describe.
pub(crate) fn with_docs(routes: OpenApiRouter) -> Router {
    let (routes, document) = routes.split_for_parts();
    let document = Router::new().route("/openapi.json", get(openapi)).with_state(Arc::new(document));
    routes.merge(document).merge(page::router())
}

/// The paths of the document, its page and the files of the page, which are the same for everybody.
pub fn documentation_paths() -> impl Iterator<Item = String> {
    let pictures = drawing::PICTURES.iter().map(|(_, name, _)| format!("/docs/{name}"));
    ["/openapi.json"].into_iter().chain(page::PATHS).map(str::to_owned).chain(pictures)
}

async fn openapi(State(document): State<Arc<OpenApi>>) -> Response {
    Json(&*document).into_response()
}

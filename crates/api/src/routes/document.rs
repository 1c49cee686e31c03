//! The OpenAPI document of the service.

use super::predictions::DELETION_TOKEN;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
    },
};

/// The parts of the document that belong to no single route. Each route adds its own operation.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "digits",
        description = "A convolutional network recognises the digit in a drawing and states its confidence, or it \
                       rejects the drawing as no digit and states a reason. The service records drawings, \
                       predictions and labels.\n\n\
                       Errors are problems ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) with a `code` that \
                       keeps its meaning. Each operation lists its own. Besides, the service answers 404 \
                       (`not_found`) for a path that does not exist, 405 (`method_not_allowed`) for a method that a \
                       path does not support, 421 (`misdirected_request`) if the header `Host` names another host, \
                       503 (`too_many_connections`, with `Retry-After`) when the limit of connections is reached, and \
                       500 (`internal`) for a defect of the service.\n\n\
                       If the operator of the service has set up accounts, an operation may also answer 401 \
                       (`unauthenticated`) or 403 (`forbidden`). A program then sends an API token as \
                       `Authorization: Bearer`. With rate limits, an operation may answer 429 (`rate_limited`, \
                       `quota_exceeded`, with `Retry-After`).",
    ),
    modifiers(&Credentials),
    tags(
        (name = "Recognise", description = "Recognise digits in drawings"),
        (name = "Label", description = "Label drawings"),
        (name = "History", description = "List, show and delete stored predictions"),
        (name = "Gallery", description = "Drawings that everybody sees"),
        (name = "Export", description = "Export predictions and labels"),
        (name = "Import", description = "Insert predictions and labels of an export"),
        (name = "Quality", description = "Measure the accuracy of the predictions"),
        (name = "Models", description = "Read the registry of models"),
        (name = "Operations", description = "Health and description of the service"),
    ),
)]
pub(super) struct Document;

/// The header with which a client proves that it submitted a drawing, and the one with an API token.
struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let description = "The `deletion_token` in the answer to the drawing's submission.";
        let token = ApiKeyValue::with_description(DELETION_TOKEN.as_str(), description);
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("deletion_token", SecurityScheme::ApiKey(ApiKey::Header(token)));
        components.add_security_scheme("api_token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

//! What the documentation says of the service as a whole.

use utoipa::OpenApi;

/// The document; each route adds itself.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "digits",
        description = "Send a drawing, and a convolutional network names the digit and says how sure it is, or that \
                       it is not a digit and why. Say what it really is, and both are kept.\n\n\
                       Errors are problems ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) with a `code` that \
                       keeps its meaning. Each operation lists its own. Besides, an address that does not exist \
                       answers 404 (`not_found`), a method that an address does not take 405 \
                       (`method_not_allowed`), and a defect of the service would be a 500 (`internal`).",
    ),
    tags(
        (name = "Recognise", description = "What is this drawing?"),
        (name = "Label", description = "What is it really?"),
        (name = "History", description = "What was recorded"),
        (name = "Operations", description = "For those who run the service"),
    ),
)]
pub(super) struct Document;

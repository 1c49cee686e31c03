//! What the documentation says of the service as a whole.

use utoipa::OpenApi;

/// The document; each route adds itself.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "digits: the model service",
        description = "Runs the network that names digits: with drawings in any form under `/predict`, with pixels as \
                       the network sees them under `/v2`, the \
                       [Open Inference Protocol](https://github.com/kserve/open-inference-protocol). It keeps nothing \
                       and asks for no password.\n\n\
                       Errors under `/v2` are `{\"error\":\"…\"}`, all others problems \
                       ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) with a `code` that keeps its meaning. Each \
                       operation lists its own. Besides, an address that does not exist answers 404, a method that an \
                       address does not take 405, any address a problem with 503 (`too_many_connections`) while more \
                       connections are open than may be, and a defect of the service would be a 500, or a 503 where \
                       LibTorch fails.",
    ),
    tags(
        (name = "Recognise", description = "What is this drawing?"),
        (name = "Infer", description = "What are these pixels? The Open Inference Protocol"),
        (name = "Models", description = "What the models take and give, and what they have done"),
        (name = "Repository", description = "Which versions are loaded"),
        (name = "Operations", description = "For those who run the service"),
    ),
)]
pub(super) struct Document;

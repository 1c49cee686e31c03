//! The general part of the OpenAPI document.

use utoipa::OpenApi;

/// The document. Each route adds its operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "digits: the model service",
        description = "Recognises digits. `/predict` takes drawings in any form; `/v2`, the \
                       [Open Inference Protocol](https://github.com/kserve/open-inference-protocol), takes \
                       preprocessed pixels. The service stores nothing and requires no password.\n\n\
                       Errors under `/v2` are `{\"error\":\"…\"}`; all others are problems \
                       ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) with a stable `code`. Each operation lists \
                       its errors. Besides, the service responds with 404 to an unknown address, with 405 to a method \
                       that an address does not support, with a problem and 503 (`too_many_connections`) while too \
                       many connections are open, with 500 to a defect of its own, and with 503 if LibTorch fails.",
    ),
    tags(
        (name = "Recognise", description = "Recognise digits in drawings"),
        (name = "Infer", description = "Classify pixels with the Open Inference Protocol"),
        (name = "Models", description = "The inputs, outputs and statistics of the models"),
        (name = "Repository", description = "List, load and unload versions"),
        (name = "Operations", description = "Health and description of the service"),
    ),
)]
pub(super) struct Document;

//! The body of `POST /predict` in the OpenAPI document: every type that [`DrawingInput`](crate::DrawingInput) reads,
//! with examples.

use digit::preprocessing::MAX_PIXELS;

use serde_json::{Value, json};
use utoipa::{
    ToSchema,
    openapi::{
        Content, ContentBuilder, ObjectBuilder, Ref, Required,
        encoding::EncodingBuilder,
        example::ExampleBuilder,
        request_body::{RequestBody, RequestBodyBuilder},
        schema::Type,
    },
};
use wire::{Code, Input};

/// The errors of a request with a drawing for a model: of its query, its body and the drawing.
pub(super) const REFUSED: [Code; 16] = [
    Code::InvalidQuery,
    Code::UnknownModel,
    Code::ModelUnavailable,
    Code::InvalidJson,
    Code::InvalidForm,
    Code::IncompleteBody,
    Code::CrossSiteRequest,
    Code::Timeout,
    Code::PayloadTooLarge,
    Code::ImageTooLarge,
    Code::UnsupportedMediaType,
    Code::BlankImage,
    Code::NotAnImage,
    Code::CorruptImage,
    Code::InvalidInput,
    Code::Overloaded,
];

/// An eight in each image format: media type, name, bytes. The service serves them as files, because JSON cannot
/// contain them.
pub(super) const PICTURES: [(&str, &str, &[u8]); 4] = [
    ("image/png", "eight.png", include_bytes!("../../../../examples/eight.png")),
    ("image/jpeg", "eight.jpg", include_bytes!("../../../../examples/eight.jpg")),
    ("image/webp", "eight.webp", include_bytes!("../../../../examples/eight.webp")),
    ("image/gif", "eight.gif", include_bytes!("../../../../examples/eight.gif")),
];

pub(super) fn body() -> RequestBody {
    let description = format!(
        "The drawing, at most 5 MB. An image may have any colours and any size up to {} megapixels. Its foreground \
        is the part that differs from its border, or that is not transparent.",
        MAX_PIXELS / 1_000_000
    );
    let body = RequestBodyBuilder::new()
        .description(Some(description))
        .required(Some(Required::True))
        .content("application/json", drawing())
        .content("multipart/form-data", form());
    PICTURES.iter().fold(body, |body, (media_type, name, _)| body.content(*media_type, picture(name))).build()
}

fn drawing() -> Content {
    let seven = json!({ "strokes": [[[90, 70], [190, 70], [120, 220]]], "width": 280, "height": 280 });
    let pixels: Value =
        serde_json::from_str(include_str!("../../../../examples/eight-pixels.json")).unwrap_or_default();
    let example = |summary: &str, value| ExampleBuilder::new().summary(summary).value(Some(value)).build();
    ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(Input::name())))
        .examples_from_iter([
            ("drawn", example("A seven in one stroke", seven)),
            ("pixels", example("The pixels of an eight", pixels)),
        ])
        .build()
}

fn form() -> Content {
    let formats = PICTURES.map(|(media_type, ..)| media_type).join(", ");
    let file = ObjectBuilder::new()
        .schema_type(Type::String)
        .content_media_type("application/octet-stream")
        .min_length(Some(1))
        .description(Some("The image. The service ignores fields before it and does not read those after it."));
    // A field's name is in a header, which may not contain control characters.
    let name = ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^[^\x00-\x1f\x7f]*$"));
    ContentBuilder::new()
        .schema(Some(ObjectBuilder::new().property("file", file).required("file").property_names(Some(name))))
        .encoding("file", EncodingBuilder::new().content_type(Some(formats)))
        .build()
}

fn picture(name: &str) -> Content {
    let example = ExampleBuilder::new().summary("An eight").external_value(format!("/docs/{name}")).build();
    // A binary body needs no schema, but with this one Swagger UI offers a file chooser.
    let file = ObjectBuilder::new().schema_type(Type::String).content_media_type("application/octet-stream");
    ContentBuilder::new().schema(Some(file.min_length(Some(1)))).examples_from_iter([("eight", example)]).build()
}

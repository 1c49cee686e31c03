//! `POST /v2/models/{model}/infer`: classifies images.

use super::{failure::refuses, requested_model::RequestedModel, versions::with_versions};
use crate::{
    Model,
    protocol::{Encoding, Reply, ReplyHead, Request, RequestHead, UnpackError},
};
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use digit::Bitmap;
use digit::Reason;
use network::Classification;
use serde_json::{Value, json};
use service::{ApiError, INFERENCE_HEADER_CONTENT_LENGTH as JSON_LENGTH, MAX_INPUT_BYTES, RawBody};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::Code;

pub(super) fn router() -> OpenApiRouter<Model> {
    let documented = refuses(
        routes!(infer),
        &[
            Code::InvalidInput,
            Code::IncompleteBody,
            Code::CrossSiteRequest,
            Code::UnknownModel,
            Code::Timeout,
            Code::PayloadTooLarge,
            Code::Overloaded,
            Code::ModelUnavailable,
        ],
    );
    with_versions(documented)
}

/// Classifies up to 32 images with a model.
///
/// A blank image gets the verdict `not_a_digit` and the reason `too_small`. Tensors may follow the JSON as
/// little-endian bytes, in their order. Then `Inference-Header-Content-Length` is the number of bytes of JSON in the
/// body before compression. The service ignores the body's `Content-Type`.
#[utoipa::path(
    post, path = "/v2/models/{model}/infer", tag = "Infer",
    params(
        (
            "Inference-Header-Content-Length" = Option<usize>, Header, nullable = false,
            description = "The number of bytes of JSON in the body, if tensors follow",
        ),
        (
            "Content-Encoding" = Option<String>, Header, nullable = false,
            description = "The compression of the body: `gzip`, `deflate` or `identity`",
        ),
    ),
    request_body(content(
        (RequestHead = "application/json", examples(
            ("eight" = (summary = "The pixels of an eight", value = json!(example()))),
        )),
        ("application/octet-stream"),
    )),
    responses((
        status = OK,
        description = "The classifications, compressed if the client accepts it",
        content((ReplyHead = "application/json"), ("application/octet-stream")),
    )),
)]
async fn infer(
    State(model): State<Model>,
    requested: RequestedModel,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<Response, ApiError> {
    model.engine.check_room(&requested.served)?;
    let mut request = read(&headers, body, model.engine.largest_job())?;
    let bitmaps = std::mem::take(&mut request.bitmaps);
    let blank: Vec<bool> = bitmaps.iter().map(Bitmap::is_blank).collect();
    let mut samples = model.engine.classify(requested.served.clone(), bitmaps, request.timeout).await?;
    reject_blank(&mut samples, &blank);
    let reply = Reply::new(&request, &requested.name, &requested.served.card().version, &samples);
    Ok(answer(&headers, reply))
}

/// Returns a request for one image.
fn example() -> Value {
    let eight: Value =
        serde_json::from_str(include_str!("../../../../../examples/eight-pixels.json")).unwrap_or_default();
    json!({ "inputs": [{ "name": "image", "datatype": "FP32", "shape": [1, 1, 28, 28], "data": eight["pixels"] }] })
}

/// Unpacks and parses a body.
fn read(headers: &HeaderMap, body: Bytes, most: usize) -> Result<Request, ApiError> {
    let invalid = |detail: String| ApiError::new(Code::InvalidInput, detail);
    let json_length = match text(headers, &JSON_LENGTH)? {
        None => None,
        Some(length) => Some(length.parse().map_err(|_| invalid(format!("{JSON_LENGTH} is not a number of bytes.")))?),
    };
    let body = unpack(headers, body)?;
    Request::read(&body, json_length, most).map_err(|error| invalid(error.to_string()))
}

fn unpack(headers: &HeaderMap, body: Bytes) -> Result<Bytes, ApiError> {
    let name = text(headers, &header::CONTENT_ENCODING)?.unwrap_or("identity");
    let too_large =
        || ApiError::new(Code::PayloadTooLarge, "The body holds more than 5 MB. Send fewer images at once.");
    if name.eq_ignore_ascii_case("identity") {
        return if body.len() > MAX_INPUT_BYTES { Err(too_large()) } else { Ok(body) };
    }
    let encoding = Encoding::named(name).ok_or_else(|| {
        ApiError::new(Code::InvalidInput, format!("A body may be uncompressed, gzip or deflate, not {name:?}."))
    })?;
    encoding.unpack(&body, MAX_INPUT_BYTES).map(Bytes::from).map_err(|error| match error {
        UnpackError::TooLarge => too_large(),
        UnpackError::Damaged => ApiError::new(
            Code::InvalidInput,
            format!("The body is not whole, or not {}. Send it again.", encoding.name()),
        ),
    })
}

/// Returns a header's value if the header exists.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, ApiError> {
    let text = headers.get(name).map(HeaderValue::to_str).transpose();
    text.map_err(|_| ApiError::new(Code::InvalidInput, format!("The header {name} is not plain text.")))
}

/// Rejects blank images without regard to the network's output. (`/predict` responds to a blank drawing with an error;
/// here the image may be one of many.)
fn reject_blank(samples: &mut [Classification], blank: &[bool]) {
    for (sample, _) in samples.iter_mut().zip(blank).filter(|(_, is_blank)| **is_blank) {
        sample.rejection = Some(Reason::TooSmall);
    }
}

/// Returns a response, compressed if the client accepts it.
fn answer(headers: &HeaderMap, reply: Reply) -> Response {
    let media_type = if reply.json_length.is_some() { "application/octet-stream" } else { "application/json" };
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let packed =
        accepted.and_then(Encoding::accepted).and_then(|encoding| Some((encoding, encoding.pack(&reply.body).ok()?)));
    let (encoding, body) = match packed {
        Some((encoding, packed)) => (Some(encoding), packed),
        None => (None, reply.body),
    };
    let mut response = ([(header::CONTENT_TYPE, media_type)], body).into_response();
    let length = reply.json_length.map(|length| (JSON_LENGTH, HeaderValue::from(length)));
    let encoding = encoding.map(|encoding| (header::CONTENT_ENCODING, HeaderValue::from_static(encoding.name())));
    response.headers_mut().extend(length.into_iter().chain(encoding));
    response
}

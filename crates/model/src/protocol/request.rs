//! An inference request: JSON, followed by the pixels if they are binary.

use super::{
    Datatype, INPUT, Output, SAMPLE,
    bounded::{AtMost, Numbers},
};
use crate::batch::LARGEST_BATCH;
use digit::{Bitmap, InvalidPixels};
use serde::{Deserialize, de::IgnoredAny};
use std::time::Duration;
use utoipa::{
    ToSchema,
    openapi::{
        ObjectBuilder, Schema,
        schema::{ArrayBuilder, ArrayItems, Type},
    },
};

/// A validated request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    /// The client's identifier of the request.
    pub(crate) id: Option<String>,
    /// At least one bitmap, and at most the limit of a request.
    pub(crate) bitmaps: Vec<Bitmap>,
    /// The requested outputs, in order.
    pub(crate) outputs: Vec<Wanted>,
    /// The client's timeout.
    pub(crate) timeout: Option<Duration>,
}

/// A requested output, as JSON or as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) output: Output,
    pub(crate) is_binary: bool,
}

/// The fault of a request, in the words of the error response.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum RequestError {
    #[error("Inference-Header-Content-Length is {length}, but the body has only {body} bytes.")]
    HeaderLength { length: usize, body: usize },
    #[error("The JSON is not an inference request: {0}.")]
    Json(String),
    #[error("The model has one input, named \"image\". Send that and no other.")]
    Input,
    #[error("The datatype of \"image\" is FP32, not {0:?}.")]
    Datatype(String),
    #[error("The shape of \"image\" is [n,1,28,28], not {0:?}.")]
    Shape(Vec<u64>),
    #[error("A request has 1 to {most} images, not {count}. Send more in several requests.")]
    Images { count: u64, most: usize },
    #[error("\"image\" needs its pixels, either as \"data\" or as bytes after the JSON with \"binary_data_size\".")]
    Pixels,
    #[error("The shape of \"image\" means {expected} numbers, but \"data\" has {found}.")]
    Count { expected: usize, found: usize },
    #[error(
        "The shape of \"image\" means {expected} bytes; \"binary_data_size\" is {said}, and {found} bytes follow the \
         JSON, whose length is Inference-Header-Content-Length."
    )]
    Bytes { expected: usize, said: u64, found: usize },
    #[error("{0} bytes follow the JSON, but no \"binary_data_size\" states their size.")]
    Unclaimed(usize),
    #[error("Image {image}: {error}.")]
    Bitmap { image: usize, error: InvalidPixels },
    #[error("There is no output {0:?}. The outputs are: {all}.", all = Output::ALL.map(Output::name).join(", "))]
    Output(String),
    #[error("Shared memory is not supported. Send pixels and take outputs with the request itself.")]
    SharedMemory,
    #[error("Classification is not supported. Ask for \"prediction\", or for \"probabilities\".")]
    Classification,
}

/// The JSON of a request. Other fields are ignored.
#[derive(Deserialize, ToSchema)]
#[schema(as = InferenceRequest)]
pub(crate) struct RequestHead {
    /// An identifier of the request, which the response repeats.
    id: Option<String>,
    parameters: Option<RequestParameters>,
    /// The input tensor.
    #[schema(value_type = Vec<Input>, min_items = 1, max_items = 1)]
    inputs: AtMost<Input, 2>,
    /// The requested outputs, in order; all outputs if this is left out.
    #[schema(value_type = Option<Vec<RequestedOutput>>, max_items = 6)]
    outputs: Option<AtMost<RequestedOutput, { Output::ALL.len() }>>,
}

#[derive(Default, Deserialize, ToSchema)]
struct RequestParameters {
    /// Whether outputs come as bytes after the JSON, unless an output says otherwise.
    binary_data_output: Option<bool>,
    /// The client's timeout in microseconds; 0 means none.
    timeout: Option<u64>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = InputTensor)]
struct Input {
    /// `image`.
    #[schema(pattern = "^image$")]
    name: String,
    /// `FP32`.
    #[schema(pattern = "^FP32$")]
    datatype: String,
    /// `[n, 1, 28, 28]` for n images, 1 to 32.
    #[schema(schema_with = shape)]
    shape: AtMost<u64, 8>,
    parameters: Option<InputParameters>,
    /// Foreground from 0 to 1, image after image, row after row from the top left: a flat list, or nested in any way.
    /// It is left out if bytes follow the JSON.
    #[schema(value_type = Option<Vec<serde_json::Value>>)]
    data: Option<Numbers<{ LARGEST_BATCH * Bitmap::LEN }>>,
}

#[derive(Default, Deserialize, ToSchema)]
#[schema(as = InputTensorParameters)]
struct InputParameters {
    /// The number of bytes of the tensor after the JSON: 3136 per image.
    binary_data_size: Option<u64>,
    #[schema(ignore)]
    shared_memory_region: Option<IgnoredAny>,
}

#[derive(Deserialize, ToSchema)]
struct RequestedOutput {
    /// `probabilities`, `prediction`, `confidence`, `not_a_digit_probability`, `verdict` or `reason`.
    #[schema(schema_with = output_name)]
    name: String,
    parameters: Option<OutputParameters>,
}

#[derive(Default, Deserialize, ToSchema)]
#[schema(as = RequestedOutputParameters)]
struct OutputParameters {
    /// Whether this output comes as bytes after the JSON.
    binary_data: Option<bool>,
    #[schema(ignore)]
    classification: Option<IgnoredAny>,
    #[schema(ignore)]
    shared_memory_region: Option<IgnoredAny>,
}

/// The schema of the shape of `image`: the number of images, and the sides of one.
fn shape() -> Schema {
    let side = |least: usize, most: usize| {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most)).build()
    };
    let sides = std::iter::once(side(1, LARGEST_BATCH)).chain(SAMPLE.map(|length| side(length, length)));
    ArrayBuilder::new().prefix_items(sides.map(Schema::from)).items(ArrayItems::False).min_items(Some(4)).into()
}

fn output_name() -> Schema {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Output::ALL.map(Output::name))).into()
}

impl Request {
    /// Reads a request for at most `most` images. `json_length` is the length of its JSON, if bytes follow it.
    ///
    /// # Errors
    /// When the request is invalid. Reading allocates memory for what the body holds, never for what it claims.
    pub(crate) fn read(body: &[u8], json_length: Option<usize>, most: usize) -> Result<Self, RequestError> {
        let length = json_length.unwrap_or(body.len());
        let (json, tail) =
            body.split_at_checked(length).ok_or(RequestError::HeaderLength { length, body: body.len() })?;
        let head: RequestHead = wire::object(json).map_err(|error| RequestError::Json(error.to_string()))?;
        let parameters = head.parameters.unwrap_or_default();
        let [input] = <[Input; 1]>::try_from(head.inputs.0).map_err(|_| RequestError::Input)?;
        Ok(Self {
            id: head.id,
            bitmaps: bitmaps(input, tail, most)?,
            outputs: wanted(head.outputs.map(|outputs| outputs.0), parameters.binary_data_output.unwrap_or(false))?,
            timeout: parameters.timeout.filter(|&timeout| timeout > 0).map(Duration::from_micros),
        })
    }
}

/// Returns the images of an input, whose pixels are in the JSON or in the bytes after it.
fn bitmaps(input: Input, tail: &[u8], most: usize) -> Result<Vec<Bitmap>, RequestError> {
    if input.name != INPUT {
        return Err(RequestError::Input);
    }
    if input.datatype != Datatype::Fp32.name() {
        return Err(RequestError::Datatype(input.datatype));
    }
    let expected = count(input.shape.0, most)? * Bitmap::LEN;
    let parameters = input.parameters.unwrap_or_default();
    if parameters.shared_memory_region.is_some() {
        return Err(RequestError::SharedMemory);
    }
    let numbers = match (input.data, parameters.binary_data_size) {
        (Some(_), None) if !tail.is_empty() => return Err(RequestError::Unclaimed(tail.len())),
        (Some(Numbers(numbers)), None) if numbers.len() == expected => numbers,
        (Some(Numbers(numbers)), None) => return Err(RequestError::Count { expected, found: numbers.len() }),
        (None, Some(said)) => from_bytes(tail, said, expected)?,
        (Some(_), Some(_)) | (None, None) => return Err(RequestError::Pixels),
    };
    let bitmap = |(image, pixels): (usize, &[f32])| {
        Bitmap::from_unit(pixels).map_err(|error| RequestError::Bitmap { image, error })
    };
    numbers.chunks_exact(Bitmap::LEN).enumerate().map(bitmap).collect()
}

/// Returns the number of images in a shape.
fn count(shape: Vec<u64>, most: usize) -> Result<usize, RequestError> {
    let is_image = |sides: &[u64]| sides.iter().copied().eq(SAMPLE.map(|side| side as u64));
    match shape[..] {
        [count, ref sides @ ..] if is_image(sides) => {
            let fits = usize::try_from(count).ok().filter(|count| (1..=most).contains(count));
            fits.ok_or(RequestError::Images { count, most })
        }
        _ => Err(RequestError::Shape(shape)),
    }
}

/// Reads `expected` numbers from the bytes after the JSON; `said` is the length that the request states.
fn from_bytes(tail: &[u8], said: u64, expected: usize) -> Result<Vec<f32>, RequestError> {
    let (numbers, rest) = tail.as_chunks();
    if numbers.len() != expected || !rest.is_empty() || said != tail.len() as u64 {
        let expected = expected * size_of::<f32>();
        return Err(RequestError::Bytes { expected, said, found: tail.len() });
    }
    Ok(numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

/// Returns the requested outputs: all outputs if none is named.
fn wanted(named: Option<Vec<RequestedOutput>>, is_binary: bool) -> Result<Vec<Wanted>, RequestError> {
    let named = named.unwrap_or_default();
    if named.is_empty() {
        return Ok(Output::ALL.map(|output| Wanted { output, is_binary }).to_vec());
    }
    let wanted = |requested: RequestedOutput| {
        let parameters = requested.parameters.unwrap_or_default();
        if parameters.shared_memory_region.is_some() {
            return Err(RequestError::SharedMemory);
        }
        if parameters.classification.is_some() {
            return Err(RequestError::Classification);
        }
        let output = Output::named(&requested.name).ok_or(RequestError::Output(requested.name))?;
        Ok(Wanted { output, is_binary: parameters.binary_data.unwrap_or(is_binary) })
    };
    named.into_iter().map(wanted).collect()
}

#[cfg(test)]
mod tests;

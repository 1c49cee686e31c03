//! An inference request: JSON, and after it the pixels if they come as bytes.

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

/// What a client asks, checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    /// The client's name for it.
    pub(crate) id: Option<String>,
    /// At least one, and no more than may be asked for at once.
    pub(crate) bitmaps: Vec<Bitmap>,
    /// In which order.
    pub(crate) outputs: Vec<Wanted>,
    /// How long the client is willing to wait.
    pub(crate) timeout: Option<Duration>,
}

/// An output that is asked for, as JSON or as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) output: Output,
    pub(crate) is_binary: bool,
}

/// What is wrong with a request, as the client is told.
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
         JSON, whose length Inference-Header-Content-Length tells."
    )]
    Bytes { expected: usize, said: u64, found: usize },
    #[error("{0} bytes follow the JSON, but no \"binary_data_size\" tells of them.")]
    Unclaimed(usize),
    #[error("Image {image}: {error}.")]
    Bitmap { image: usize, error: InvalidPixels },
    #[error("There is no output {0:?}. There are: {all}.", all = Output::ALL.map(Output::name).join(", "))]
    Output(String),
    #[error("Shared memory is not supported. Send pixels and take outputs with the request itself.")]
    SharedMemory,
    #[error("Classification is not supported. Ask for \"prediction\", or for \"probabilities\".")]
    Classification,
}

/// The JSON. What it holds beyond this is not for us.
#[derive(Deserialize, ToSchema)]
#[schema(as = InferenceRequest)]
pub(crate) struct RequestHead {
    /// A name for the request, which the answer repeats.
    id: Option<String>,
    parameters: Option<RequestParameters>,
    /// The one tensor that the model takes.
    #[schema(value_type = Vec<Input>, min_items = 1, max_items = 1)]
    inputs: AtMost<Input, 2>,
    /// What to answer, in this order; everything if nothing is named.
    #[schema(value_type = Option<Vec<RequestedOutput>>, max_items = 6)]
    outputs: Option<AtMost<RequestedOutput, { Output::ALL.len() }>>,
}

#[derive(Default, Deserialize, ToSchema)]
struct RequestParameters {
    /// Whether outputs come as bytes after the JSON unless each says otherwise.
    binary_data_output: Option<bool>,
    /// How long the client is willing to wait, in microseconds; 0 says nothing.
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
    /// Foreground from 0 to 1, image after image, row after row from the top left: a flat list, or nested in any way. Left out
    /// where bytes follow the JSON.
    #[schema(value_type = Option<Vec<serde_json::Value>>)]
    data: Option<Numbers<{ LARGEST_BATCH * Bitmap::LEN }>>,
}

#[derive(Default, Deserialize, ToSchema)]
#[schema(as = InputTensorParameters)]
struct InputParameters {
    /// How many bytes after the JSON are the tensor: 3136 for each image.
    binary_data_size: Option<u64>,
    #[schema(ignore)]
    shared_memory_region: Option<IgnoredAny>,
}

#[derive(Deserialize, ToSchema)]
struct RequestedOutput {
    /// `probabilities`, `prediction`, `confidence`, `not_a_digit_probability` (how probably it is no digit), `verdict` or `reason`.
    #[schema(schema_with = output_name)]
    name: String,
    parameters: Option<OutputParameters>,
}

#[derive(Default, Deserialize, ToSchema)]
#[schema(as = RequestedOutputParameters)]
struct OutputParameters {
    /// Whether it comes as bytes after the JSON.
    binary_data: Option<bool>,
    #[schema(ignore)]
    classification: Option<IgnoredAny>,
    #[schema(ignore)]
    shared_memory_region: Option<IgnoredAny>,
}

/// The shape of `image`: how many images, and the sides of one.
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
    /// A request for at most so many images. `json_length` tells where its JSON ends, if something follows.
    ///
    /// # Errors
    /// With what is wrong. Nothing is allocated for what a request claims, only for what it holds.
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

/// The images of an input whose pixels are in it or in the bytes behind the JSON.
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

/// How many images a shape means.
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

/// As many numbers as the shape means, of bytes that are said to be there.
fn from_bytes(tail: &[u8], said: u64, expected: usize) -> Result<Vec<f32>, RequestError> {
    let (numbers, rest) = tail.as_chunks();
    if numbers.len() != expected || !rest.is_empty() || said != tail.len() as u64 {
        let expected = expected * size_of::<f32>();
        return Err(RequestError::Bytes { expected, said, found: tail.len() });
    }
    Ok(numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

/// The outputs that are asked for: all where none is named.
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

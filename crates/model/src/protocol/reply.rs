//! The response to an inference request: JSON, followed by the binary tensors.

use super::{Request, output::Values, request::Wanted};
use network::{Classification, ModelVersion};
use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::schema::{Array, ArrayBuilder, ObjectBuilder, SchemaType, Type},
};

/// A response, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) body: Vec<u8>,
    /// The number of bytes of JSON in the body, if binary tensors follow.
    pub(crate) json_length: Option<usize>,
}

/// The JSON part of a response.
#[derive(Serialize, ToSchema)]
#[schema(as = InferenceAnswer)]
pub(crate) struct ReplyHead<'a> {
    /// The request's `id`, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    id: Option<&'a str>,
    /// The name in the request's address.
    model_name: &'a str,
    /// The version that classified the images.
    #[schema(value_type = String)]
    model_version: &'a ModelVersion,
    /// The outputs in the requested order.
    outputs: Vec<Tensor>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OutputTensor)]
struct Tensor {
    /// `probabilities`, `prediction`, `confidence`, `not_a_digit_probability`, `verdict` or `reason`.
    name: &'static str,
    /// `FP32`, `INT64` or `BYTES`, which is text.
    datatype: &'static str,
    /// The number of images, and the number of values per image: 10 for `probabilities`, 1 for the others.
    #[schema(min_items = 2, max_items = 2)]
    shape: [usize; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    parameters: Option<Parameters>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = values)]
    data: Option<Values>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OutputTensorParameters)]
struct Parameters {
    /// The number of bytes of this tensor after the JSON.
    binary_data_size: usize,
}

fn values() -> Array {
    let value = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::Number, Type::String]));
    ArrayBuilder::new()
        .items(value)
        .description(Some("The values, image after image, unless they come as bytes."))
        .build()
}

impl Reply {
    /// Returns the response to a request, with a model's classifications of its samples.
    pub(crate) fn new(request: &Request, model: &str, version: &ModelVersion, samples: &[Classification]) -> Self {
        let mut tail = Vec::new();
        let outputs = request.outputs.iter().map(|wanted| tensor(*wanted, samples, &mut tail)).collect();
        let head = ReplyHead { id: request.id.as_deref(), model_name: model, model_version: version, outputs };
        let mut body = serde_json::to_vec(&head).unwrap_or_default();
        let json_length = (!tail.is_empty()).then_some(body.len());
        body.append(&mut tail);
        Self { body, json_length }
    }
}

/// Returns the JSON of a tensor, and appends the bytes of a binary tensor to `tail`.
fn tensor(Wanted { output, is_binary }: Wanted, samples: &[Classification], tail: &mut Vec<u8>) -> Tensor {
    let values = output.values(samples);
    let (parameters, data) = if is_binary {
        let bytes = values.to_bytes();
        tail.extend_from_slice(&bytes);
        (Some(Parameters { binary_data_size: bytes.len() }), None)
    } else {
        (None, Some(values))
    };
    let shape = [samples.len(), output.width()];
    Tensor { name: output.name(), datatype: output.datatype().name(), shape, parameters, data }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Output;
    use serde_json::{Value, json};

    fn reply(outputs: &[(Output, bool)]) -> (Value, Vec<u8>) {
        let outputs = outputs.iter().map(|&(output, is_binary)| Wanted { output, is_binary }).collect();
        let request = Request { id: Some("a".to_owned()), bitmaps: Vec::new(), outputs, timeout: None };
        let mut probabilities = [0.0; 10];
        probabilities[3] = 1.0;
        let three = Classification { probabilities, not_a_digit_probability: 0.25, rejection: None };
        let reply = Reply::new(&request, "digits", &"v1".parse().unwrap(), &[three.clone(), three]);
        let (head, tail) = reply.body.split_at(reply.json_length.unwrap_or(reply.body.len()));
        (serde_json::from_slice(head).unwrap(), tail.to_vec())
    }

    #[test]
    fn a_response_names_its_model_and_holds_the_requested_outputs() {
        let (head, tail) = reply(&[(Output::NotADigitProbability, false), (Output::Verdict, false)]);
        let probability =
            json!({ "name": "not_a_digit_probability", "datatype": "FP32", "shape": [2, 1], "data": [0.25, 0.25] });
        let verdict = json!({ "name": "verdict", "datatype": "BYTES", "shape": [2, 1], "data": ["digit", "digit"] });
        assert_eq!(
            head,
            json!({ "id": "a", "model_name": "digits", "model_version": "v1", "outputs": [probability, verdict] })
        );
        assert!(tail.is_empty());
    }

    #[test]
    fn binary_tensors_follow_the_json_in_the_order_of_the_outputs() {
        let (head, tail) =
            reply(&[(Output::Prediction, true), (Output::Confidence, false), (Output::NotADigitProbability, true)]);
        assert_eq!(head["outputs"][0]["parameters"], json!({ "binary_data_size": 16 }));
        assert_eq!(head["outputs"][1]["data"], json!([1.0, 1.0]));
        assert_eq!(head["outputs"][2]["parameters"], json!({ "binary_data_size": 8 }));
        let (three, quarter) = (3_i64.to_le_bytes(), 0.25_f32.to_le_bytes());
        assert_eq!(tail, [&three[..], &three, &quarter, &quarter].concat());
    }
}

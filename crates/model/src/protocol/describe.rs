//! The description of a model: its metadata, and its configuration in Triton's format.

use super::{Datatype, INPUT, Output, SAMPLE};
use serde::Serialize;
use utoipa::ToSchema;

/// Triton's name of LibTorch.
const PLATFORM: &str = "pytorch_libtorch";
const BACKEND: &str = "pytorch";

/// A model's metadata.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Metadata {
    /// The name in the request's address.
    name: String,
    /// The loaded versions; the one that serves comes first.
    versions: Vec<String>,
    platform: &'static str,
    inputs: Vec<Tensor>,
    outputs: Vec<Tensor>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TensorMetadata)]
struct Tensor {
    name: &'static str,
    /// `FP32`, `INT64` or `BYTES`, which is text.
    datatype: &'static str,
    /// The first dimension is -1: any number of samples.
    shape: Vec<i64>,
}

/// A model's configuration: the part that clients read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Configuration {
    /// The name in the request's address.
    name: String,
    platform: &'static str,
    backend: &'static str,
    /// The largest number of images in a request.
    max_batch_size: usize,
    input: Vec<TensorConfiguration>,
    output: Vec<TensorConfiguration>,
    /// The presence of this field says that the service batches requests.
    dynamic_batching: DynamicBatching,
}

#[derive(Debug, Serialize, ToSchema)]
struct TensorConfiguration {
    name: &'static str,
    /// `TYPE_FP32`, `TYPE_INT64` or `TYPE_STRING`.
    data_type: &'static str,
    /// The dimensions of one sample.
    dims: Vec<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct DynamicBatching {
    /// The time that the service waits for a batch to fill, in microseconds.
    max_queue_delay_microseconds: u64,
}

impl Metadata {
    /// Returns the metadata of a model with these versions.
    pub(crate) fn new(name: String, versions: Vec<String>) -> Self {
        let tensor = |(name, datatype, dims): (&'static str, Datatype, Vec<i64>)| Tensor {
            name,
            datatype: datatype.name(),
            shape: [vec![-1], dims].concat(),
        };
        let (inputs, outputs) = (inputs().map(tensor).collect(), outputs().map(tensor).collect());
        Self { name, versions, platform: PLATFORM, inputs, outputs }
    }
}

impl Configuration {
    /// Returns the configuration of a model that takes at most `max_batch_size` samples in a request.
    pub(crate) fn new(name: String, max_batch_size: usize) -> Self {
        let tensor = |(name, datatype, dims): (&'static str, Datatype, Vec<i64>)| TensorConfiguration {
            name,
            data_type: datatype.name_in_configuration(),
            dims,
        };
        Self {
            name,
            platform: PLATFORM,
            backend: BACKEND,
            max_batch_size,
            input: inputs().map(tensor).collect(),
            output: outputs().map(tensor).collect(),
            dynamic_batching: DynamicBatching { max_queue_delay_microseconds: 0 },
        }
    }
}

/// The name, datatype and shape of one sample of each input.
fn inputs() -> impl Iterator<Item = (&'static str, Datatype, Vec<i64>)> {
    std::iter::once((INPUT, Datatype::Fp32, dims(&SAMPLE)))
}

fn outputs() -> impl Iterator<Item = (&'static str, Datatype, Vec<i64>)> {
    Output::ALL.into_iter().map(|output| (output.name(), output.datatype(), dims(&[output.width()])))
}

fn dims(sides: &[usize]) -> Vec<i64> {
    sides.iter().filter_map(|&side| i64::try_from(side).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn metadata_and_configuration_describe_the_same_tensors() {
        let metadata = serde_json::to_value(Metadata::new("m".to_owned(), vec!["v1".to_owned()])).unwrap();
        let configuration = serde_json::to_value(Configuration::new("m".to_owned(), 32)).unwrap();
        assert_eq!(metadata["inputs"], json!([{ "name": "image", "datatype": "FP32", "shape": [-1, 1, 28, 28] }]));
        assert_eq!(configuration["input"], json!([{ "name": "image", "data_type": "TYPE_FP32", "dims": [1, 28, 28] }]));
        for (index, output) in Output::ALL.iter().enumerate() {
            let (short, long) = (&configuration["output"][index], &metadata["outputs"][index]);
            assert_eq!((&short["name"], &long["name"]), (&json!(output.name()), &json!(output.name())));
            assert_eq!(long["shape"], json!([-1, short["dims"][0]]));
        }
        assert_eq!(metadata["outputs"][4], json!({ "name": "verdict", "datatype": "BYTES", "shape": [-1, 1] }));
        assert_eq!(configuration["output"][4], json!({ "name": "verdict", "data_type": "TYPE_STRING", "dims": [1] }));
    }
}

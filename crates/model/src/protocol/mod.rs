//! The Open Inference Protocol, version 2, as data: requests, responses and a model's description.
//!
//! This module knows neither addresses nor the network. The protocol is specified at
//! <https://github.com/kserve/open-inference-protocol>, and its extensions (binary tensors, configuration, statistics,
//! repository) at <https://github.com/triton-inference-server/server/tree/main/docs/protocol>.

mod bounded;
mod compression;
mod describe;
mod output;
mod reply;
mod request;

pub(crate) use compression::{Encoding, UnpackError};
pub(crate) use describe::{Configuration, Metadata};
pub(crate) use output::Output;
pub(crate) use reply::{Reply, ReplyHead};
pub(crate) use request::{Request, RequestHead};

use digit::SIDE;

/// The name of the model that always stands for the version that serves.
pub(crate) const MODEL: &str = "digits";

/// The name of the input tensor.
pub(crate) const INPUT: &str = "image";

/// The shape of one sample of the input tensor.
pub(crate) const SAMPLE: [usize; 3] = [1, SIDE, SIDE];

/// The type of a tensor's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Datatype {
    Fp32,
    Int64,
    /// Text.
    Bytes,
}

impl Datatype {
    /// The name in requests, responses and metadata.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Fp32 => "FP32",
            Self::Int64 => "INT64",
            Self::Bytes => "BYTES",
        }
    }

    /// The name in a model's configuration.
    const fn name_in_configuration(self) -> &'static str {
        match self {
            Self::Fp32 => "TYPE_FP32",
            Self::Int64 => "TYPE_INT64",
            Self::Bytes => "TYPE_STRING",
        }
    }
}

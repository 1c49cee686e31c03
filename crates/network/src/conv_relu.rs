//! oneDNN's convolution with a rectifier, for which tch has no function.
//!
//! tch binds the operators of ATen only. LibTorch registers this operator with its dispatcher, which TorchScript can
//! call. So a TorchScript module of one line calls it; this file writes the archive that TorchScript loads.

use std::{
    io::{Cursor, Write},
    sync::Arc,
};
use tch::{CModule, IValue, TchError, Tensor};
use zip::{CompressionMethod, ZipWriter, result::ZipResult, write::SimpleFileOptions};

/// The operator.
#[derive(Debug, Clone)]
pub(crate) struct ConvRelu(Arc<CModule>);

/// The module's class. `[1, 1], 1` are dilation and groups. The rectifier has no parameters.
const CODE: &str = r#"class ConvRelu(Module):
  def forward(self, input: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
    return ops.mkldnn._convolution_pointwise(input, weight, bias, [padding, padding], [stride, stride], [1, 1], 1,
      "relu", annotate(List[Optional[number]], []), None)
"#;

/// An instance of that class without attributes, pickled.
const INSTANCE: &[u8] = b"\x80\x02c__torch__\nConvRelu\n)\x81}b.";

/// An empty tuple, pickled: the code has no constants.
const CONSTANTS: &[u8] = b"\x80\x02).";

/// The version of TorchScript's format.
const VERSION: &[u8] = b"3\n";

impl ConvRelu {
    pub(crate) fn new() -> Result<Self, TchError> {
        let archive = archive().map_err(|error| TchError::Convert(error.to_string()))?;
        Ok(Self(Arc::new(CModule::load_data(&mut archive.as_slice())?)))
    }

    /// Computes `relu(conv(input, weight) + bias)` with channels last. `weight` is in oneDNN's layout.
    pub(crate) fn apply(
        &self,
        input: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        stride: i64,
        padding: i64,
    ) -> Result<Tensor, TchError> {
        let tensors = [input, weight, bias].map(|tensor| IValue::Tensor(tensor.shallow_clone()));
        let [input, weight, bias] = tensors;
        match self.0.forward_is(&[input, weight, bias, IValue::Int(stride), IValue::Int(padding)])? {
            IValue::Tensor(output) => Ok(output),
            other => Err(TchError::Convert(format!("a convolution returned {other:?}"))),
        }
    }
}

/// Returns the module as an archive.
fn archive() -> ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in [
        ("conv_relu/data.pkl", INSTANCE),
        ("conv_relu/code/__torch__.py", CODE.as_bytes()),
        ("conv_relu/constants.pkl", CONSTANTS),
        ("conv_relu/version", VERSION),
    ] {
        zip.start_file(name, plain)?;
        zip.write_all(content)?;
    }
    Ok(zip.finish()?.into_inner())
}

//! NDJSON: an object for each prediction, with its bitmap and its input.

use super::Format;
use crate::store::ExportedPrediction;
use base64::{Engine, engine::general_purpose::STANDARD};
use wire::Record;

/// A line for each prediction.
pub(in crate::routes) struct Lines;

impl Format for Lines {
    const MEDIA_TYPE: &str = "application/x-ndjson";
    const FILE: &str = "attachment; filename=\"digits.ndjson\"";
    const WITH_INPUT: bool = true;

    fn portion(&mut self, kept: Vec<ExportedPrediction>) -> Vec<u8> {
        let mut lines = Vec::new();
        for ExportedPrediction { prediction, bitmap, input } in kept {
            let record = Record { prediction, bitmap, input: STANDARD.encode(input.unwrap_or_default()) };
            serde_json::to_writer(&mut lines, &record).expect("writing to a vector does not fail");
            lines.push(b'\n');
        }
        lines
    }
}

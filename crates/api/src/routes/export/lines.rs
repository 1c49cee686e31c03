//! NDJSON: an object for each prediction, with its bitmap and its input.

use super::Format;
use crate::store::ExportedPrediction;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use wire::{GivenLabel, Record};

/// A line for each prediction.
pub(in crate::routes) struct Lines;

impl Format for Lines {
    const MEDIA_TYPE: &str = "application/x-ndjson";
    const FILE: &str = "attachment; filename=\"digits.ndjson\"";
    const WITH_INPUT: bool = true;

    fn portion(&mut self, kept: Vec<ExportedPrediction>) -> Vec<u8> {
        let mut lines = Vec::new();
        for exported in kept {
            let record = Record {
                prediction: exported.prediction,
                bitmap: exported.bitmap,
                input: STANDARD.encode(exported.input.unwrap_or_default()),
                may_train: exported.may_train,
                visitor_id: exported.visitor_id,
                writer: exported.writer,
                is_from_operator: exported.is_from_operator,
                deletion_token_hash: exported.deletion_token_hash.map(|hash| STANDARD.encode(hash)),
                in_random_sample: exported.in_random_sample,
                labels: exported.labels,
            };
            push(&mut lines, &record);
        }
        lines
    }

    fn given_labels(&mut self, labels: &[GivenLabel]) -> Vec<u8> {
        let mut lines = Vec::new();
        for label in labels {
            push(&mut lines, label);
        }
        lines
    }
}

pub(super) fn push(lines: &mut Vec<u8>, line: &impl Serialize) {
    serde_json::to_writer(&mut *lines, line).expect("writing to a vector does not fail");
    lines.push(b'\n');
}

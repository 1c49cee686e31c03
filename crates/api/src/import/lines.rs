//! The lines of an NDJSON export.

use super::Import;
use crate::{
    metadata,
    store::{ImportedPrediction, time_of},
};
use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use digit::{InvalidVersion, ModelVersion, preprocessing::PreprocessingError};
use service::MAX_INPUT_BYTES;
use std::{
    io::{BufRead, Read, Write},
    path::Path,
};
use time::{Duration, OffsetDateTime};
use wire::{Input, InputError, Origin, Prediction, Record, RecordedLabel, Verdict};

/// The largest length of a line, in bytes: the largest input in base64, a bitmap, and more labels than people give.
const MAX_LINE: u64 = 16 << 20;

/// The largest length of a writer's name, in characters.
const MAX_WRITER: usize = 100;

/// How far the time of a prediction may be from the time in its id, and from now. Clocks differ.
const TOLERANCE: Duration = Duration::DAY;

/// Why a line is not one of an export of this service.
#[derive(Debug, thiserror::Error)]
enum InvalidLine {
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("\"id\" is not a UUIDv7")]
    Id,
    #[error("\"created_at\" is not the time in \"id\", or lies in the future")]
    Time,
    #[error("\"{0}\" is out of its range")]
    Range(&'static str),
    #[error(transparent)]
    Model(#[from] InvalidVersion),
    #[error("a drawing has a \"reason\" if its verdict is \"not_a_digit\", and only then")]
    Reason,
    #[error("\"{0}\" is not in base64, or has the wrong length")]
    Base64(&'static str),
    #[error("\"input\" is not of \"input_kind\"")]
    Kind,
    #[error("\"input\" is invalid: {0}")]
    Input(#[from] InputError),
    #[error("\"input\" is invalid: {0}")]
    Image(#[from] PreprocessingError),
    #[error("a label with a \"role\" has a \"user_id\"")]
    Role,
}

/// Imports the lines of a file.
pub(super) async fn import<W: Write>(
    import: &mut Import<'_, W>,
    path: &Path,
    mut lines: Box<dyn BufRead>,
) -> anyhow::Result<()> {
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let place = || format!("{}, line {number}", path.display());
        let length = lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line).with_context(place)?;
        if length == 0 {
            break;
        }
        if length as u64 == MAX_LINE && !line.ends_with(b"\n") {
            bail!("{} is longer than {MAX_LINE} bytes", place());
        }
        match parse(&line) {
            Ok(prediction) => import.add(prediction).await?,
            Err(error) => import.skip(&place(), &error)?,
        }
    }
    Ok(())
}

/// The first invalid line.
#[derive(Debug, thiserror::Error)]
#[error("line {number} is invalid: {error}")]
pub(crate) struct InvalidLines {
    number: usize,
    error: InvalidLine,
}

/// Reads all lines of an export.
///
/// # Errors
/// When a line is invalid.
pub(crate) fn parse_lines(export: &[u8]) -> Result<Vec<ImportedPrediction>, InvalidLines> {
    let lines = export.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    lines.map(|(index, line)| parse(line).map_err(|error| InvalidLines { number: index + 1, error })).collect()
}

fn parse(line: &[u8]) -> Result<ImportedPrediction, InvalidLine> {
    let record: Record = wire::object(line)?;
    check(&record.prediction)?;
    if record.labels.iter().any(|label| label.role.is_some() && label.user_id.is_none()) {
        return Err(InvalidLine::Role);
    }
    let input = STANDARD.decode(record.input).map_err(|_| InvalidLine::Base64("input"))?;
    if input.len() > MAX_INPUT_BYTES {
        return Err(InvalidLine::Range("input"));
    }
    let input = metadata::strip(Input::kept(input.into(), record.prediction.input_kind)?)?;
    if input.input().kind() != record.prediction.input_kind {
        return Err(InvalidLine::Kind);
    }
    if record.writer.as_ref().is_some_and(|writer| !(1..=MAX_WRITER).contains(&writer.chars().count())) {
        return Err(InvalidLine::Range("writer"));
    }
    let labels = if record.labels.is_empty() { only_label(&record.prediction) } else { record.labels };
    Ok(ImportedPrediction {
        deletion_token_hash: record.deletion_token_hash.as_deref().map(hash).transpose()?,
        prediction: record.prediction,
        bitmap: record.bitmap,
        input,
        may_train: record.may_train,
        is_from_operator: record.is_from_operator || record.writer.is_some(),
        writer: record.writer,
        visitor_id: record.visitor_id,
        in_random_sample: record.in_random_sample,
        labels,
    })
}

/// The label of a line that has only the one that counts, as exports of earlier versions do.
fn only_label(prediction: &Prediction) -> Vec<RecordedLabel> {
    let label = |true_label| RecordedLabel {
        true_label: Some(true_label),
        created_at: prediction.created_at,
        origin: Origin::Open,
        labeller: None,
        user_id: None,
        role: None,
        labels_count: None,
    };
    prediction.true_label.map(label).into_iter().collect()
}

/// Checks what the types of a prediction do not.
fn check(prediction: &Prediction) -> Result<(), InvalidLine> {
    let in_id = time_of(prediction.id).ok_or(InvalidLine::Id)?;
    let is_far = (prediction.created_at - in_id).abs() > TOLERANCE;
    if is_far || prediction.created_at > OffsetDateTime::now_utc() + TOLERANCE {
        return Err(InvalidLine::Time);
    }
    let is_probability = |value: &f32| (0.0..=1.0).contains(value);
    if !is_probability(&prediction.confidence) {
        return Err(InvalidLine::Range("confidence"));
    }
    if !prediction.probabilities.iter().all(is_probability) {
        return Err(InvalidLine::Range("probabilities"));
    }
    if prediction.latency_ms.is_some_and(|latency| !(0.0..f32::INFINITY).contains(&latency)) {
        return Err(InvalidLine::Range("latency_ms"));
    }
    if (prediction.verdict == Verdict::Digit) != prediction.reason.is_none() {
        return Err(InvalidLine::Reason);
    }
    prediction.model.parse::<ModelVersion>()?;
    Ok(())
}

fn hash(base64: &str) -> Result<[u8; 32], InvalidLine> {
    let bytes = STANDARD.decode(base64).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or(InvalidLine::Base64("deletion_token_hash"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use digit::TrueLabel;
    use serde_json::{Value, json};

    /// A line with these fields in place of valid ones.
    fn line(fields: &Value) -> Vec<u8> {
        let pixels = vec![1.0; 784];
        let mut line = json!({
            "id": "01932c07-209f-7a80-8d84-f5bf5abd5a2e", "created_at": "2024-11-14T22:04:55.583Z",
            "prediction": 8, "confidence": 0.9, "probabilities": vec![0.1; 10], "verdict": "digit",
            "model": "cnn", "source": "canvas", "input_kind": "strokes", "true_label": null,
            "bitmap": pixels, "input": STANDARD.encode(r#"{"strokes":[[[1,2],[3,4]]]}"#),
        });
        line.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        line.to_string().into_bytes()
    }

    #[test]
    fn a_line_of_an_export_is_valid_with_and_without_the_optional_fields() {
        assert!(parse(&line(&json!({}))).is_ok());
        let label = json!({ "true_label": 8, "created_at": "2024-11-14T23:00:00Z", "origin": "own" });
        let full = json!({
            "may_train": true, "visitor_id": "01932c07-209f-8a80-8d84-f5bf5abd5a2e",
            "deletion_token_hash": STANDARD.encode([7; 32]), "labels": [label], "latency_ms": 2.5,
        });
        let imported = parse(&line(&full)).unwrap();
        assert_eq!((imported.may_train, imported.deletion_token_hash), (Some(true), Some([7; 32])));
        assert_eq!(imported.labels[0].origin, Origin::Own);
        let only_label = parse(&line(&json!({ "true_label": "unsure" }))).unwrap().labels;
        assert_eq!((only_label.len(), only_label[0].true_label), (1, Some(TrueLabel::Unsure)));
    }

    #[test]
    fn an_invalid_line_is_rejected_with_the_reason() {
        let role =
            json!([{ "true_label": 8, "created_at": "2024-11-14T23:00:00Z", "origin": "own", "role": "operator" }]);
        for (fields, reason) in [
            (json!({ "id": "8e03978e-40d5-43dd-bc93-6894a57f9324" }), "UUIDv7"),
            (json!({ "created_at": "2024-11-17T22:04:55.583Z" }), "created_at"),
            (json!({ "confidence": 1.5 }), "confidence"),
            (json!({ "probabilities": vec![-0.1; 10] }), "probabilities"),
            (json!({ "probabilities": vec![0.1; 9] }), "length"),
            (json!({ "latency_ms": -1 }), "latency_ms"),
            (json!({ "verdict": "not_a_digit" }), "reason"),
            (json!({ "reason": "too_small" }), "reason"),
            (json!({ "model": "../up" }), "version"),
            (json!({ "input": "%" }), "base64"),
            (json!({ "input": STANDARD.encode("{}") }), "input"),
            (json!({ "input_kind": "pixels" }), "input_kind"),
            (json!({ "input_kind": "png" }), "input"),
            (json!({ "deletion_token_hash": "AA==" }), "deletion_token_hash"),
            (json!({ "labels": role }), "role"),
            (json!({ "prediction": 10 }), "digit"),
            (json!({ "source": "fax" }), "fax"),
        ] {
            let error = parse(&line(&fields)).unwrap_err().to_string();
            assert!(error.contains(reason), "{fields}: {error}");
        }
        assert!(matches!(parse(b"[]"), Err(InvalidLine::Json(_))));
    }
}

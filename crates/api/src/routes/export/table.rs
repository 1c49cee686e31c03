//! CSV: predictions and labels, without the drawings.

use super::Format;
use crate::store::ExportedPrediction;
use csv::Writer;
use digit::Reason;
use time::format_description::well_known::Rfc3339;
use wire::Prediction;

/// A line with the names of the columns, and a line for each prediction.
pub(super) struct Table;

const COLUMNS: [&str; 21] = [
    "id",
    "created_at",
    "prediction",
    "confidence",
    "p0",
    "p1",
    "p2",
    "p3",
    "p4",
    "p5",
    "p6",
    "p7",
    "p8",
    "p9",
    "verdict",
    "reason",
    "model",
    "source",
    "input_kind",
    "latency_ms",
    "true_label",
];

impl Format for Table {
    const MEDIA_TYPE: &str = "text/csv; charset=utf-8";
    const FILE: &str = "attachment; filename=\"digits.csv\"";

    fn head(&mut self) -> Vec<u8> {
        lines([COLUMNS.map(str::to_owned)])
    }

    fn portion(&mut self, kept: Vec<ExportedPrediction>) -> Vec<u8> {
        lines(kept.iter().map(|kept| fields(&kept.prediction)))
    }
}

/// The values of the columns; a missing value is empty.
fn fields(row: &Prediction) -> [String; COLUMNS.len()] {
    let [p0, p1, p2, p3, p4, p5, p6, p7, p8, p9] = row.probabilities.map(|probability| probability.to_string());
    [
        row.id.to_string(),
        row.created_at.format(&Rfc3339).unwrap_or_default(),
        row.prediction.to_string(),
        row.confidence.to_string(),
        p0,
        p1,
        p2,
        p3,
        p4,
        p5,
        p6,
        p7,
        p8,
        p9,
        row.verdict.name().to_owned(),
        row.reason.map_or("", Reason::name).to_owned(),
        row.model.clone(),
        row.source.name().to_owned(),
        row.input_kind.name().to_owned(),
        row.latency_ms.map(|took| took.to_string()).unwrap_or_default(),
        row.true_label.map(|label| label.to_string()).unwrap_or_default(),
    ]
}

fn lines(records: impl IntoIterator<Item = [String; COLUMNS.len()]>) -> Vec<u8> {
    let mut writer = Writer::from_writer(Vec::new());
    for record in records {
        writer.write_record(record).expect("writing to a vector does not fail");
    }
    writer.into_inner().expect("writing to a vector does not fail")
}

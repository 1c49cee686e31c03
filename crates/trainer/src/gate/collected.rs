//! Collected drawings: drawings that people made and labelled, of writers that training does not see.

use anyhow::{Context, ensure};
use digit::{Bitmap, TrueLabel};
use serde::Deserialize;
use std::{fs, path::Path};
use uuid::Uuid;

/// A collected drawing, as a line of the export.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CollectedDrawing {
    /// The id of the drawing.
    pub id: Uuid,
    /// The writer. Drawings of one writer depend on each other.
    #[serde(alias = "visitor_id")]
    pub writer: String,
    /// The label that counts.
    pub true_label: TrueLabel,
    /// The preprocessed drawing.
    pub bitmap: Bitmap,
}

/// A collected drawing with the answers of both models: a digit, or that it is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectedPair {
    /// The id of the drawing.
    pub id: Uuid,
    /// The writer.
    pub writer: String,
    /// The label that counts.
    pub true_label: TrueLabel,
    /// The champion's answer.
    pub champion: TrueLabel,
    /// The challenger's answer.
    pub challenger: TrueLabel,
}

impl CollectedPair {
    /// Returns 1 if only the champion is correct, −1 if only the challenger is, and 0 otherwise.
    #[must_use]
    pub fn mistake_gained(&self) -> i64 {
        super::hold_outs::gained(self.champion == self.true_label, self.challenger == self.true_label)
    }
}

/// Reads collected drawings from lines of JSON. It leaves out those with the label `unsure`.
///
/// # Errors
/// When the file cannot be read, or a line is not a labelled drawing with a writer.
pub fn read_collected(path: &Path) -> anyhow::Result<Vec<CollectedDrawing>> {
    let text = fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
    let read = |(index, line)| {
        serde_json::from_str::<CollectedDrawing>(line)
            .with_context(|| format!("{}, line {}: not a labelled drawing with a writer", path.display(), index + 1))
    };
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let mut drawings = lines.map(read).collect::<anyhow::Result<Vec<_>>>()?;
    drawings.retain(|drawing| drawing.true_label != TrueLabel::Unsure);
    ensure!(!drawings.is_empty(), "{} has no labelled drawing", path.display());
    Ok(drawings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: u128, writer: &str, label: &str) -> String {
        let (id, bitmap) = (Uuid::from_u128(id), serde_json::to_string(&Bitmap::new([0; Bitmap::LEN])).unwrap());
        format!(r#"{{"id":"{id}","model":"v1",{writer}"true_label":{label},"bitmap":{bitmap}}}"#)
    }

    fn read(lines: &[String]) -> anyhow::Result<Vec<CollectedDrawing>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("collected.ndjson");
        fs::write(&path, lines.join("\n")).unwrap();
        read_collected(&path)
    }

    #[test]
    fn labelled_drawings_are_read_and_unsure_ones_left_out() {
        let writer = r#""writer":"a","#;
        let drawings = read(&[line(1, writer, "7"), line(2, writer, "\"unsure\""), line(3, writer, "\"not_a_digit\"")]);
        let ids: Vec<u128> = drawings.unwrap().iter().map(|drawing| drawing.id.as_u128()).collect();
        assert_eq!(ids, [1, 3]);
    }

    #[test]
    fn the_error_names_the_line_and_the_missing_field() {
        let error = read(&[line(1, r#""writer":"a","#, "7"), line(2, "", "7")]).unwrap_err();
        let message = format!("{error:#}");
        assert!(message.contains("line 2") && message.contains("`writer`"), "{message}");
        assert!(read(&[line(1, r#""writer":"a","#, "null")]).is_err());
        assert!(read(&[]).unwrap_err().to_string().contains("no labelled drawing"));
    }
}

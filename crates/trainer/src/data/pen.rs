//! Digits drawn with a pen on a tablet, as strokes: "Pen-Based Recognition of Handwritten Digits" (Alpaydin & Alimoglu,
//! UCI Machine Learning Repository, 1998; CC BY 4.0), with 250 digits by each of 30 writers.

use super::{DataError, DatasetStore, Source};
use digit::{Digit, preprocessing::Point};

const STROKES: Source = Source {
    set: "pen",
    name: "pendigits-train",
    sha256: "a66225d68d7d68591e62944df1ad33b3f5aa608e2df2505844b41f5568a80da4",
    addresses: &["https://archive.ics.uci.edu/ml/machine-learning-databases/pendigits/pendigits-orig.tra.Z"],
};

/// A digit as strokes.
#[derive(Debug, Clone, PartialEq)]
pub struct PenDigit {
    /// The writer's number, from 1.
    pub writer: u32,
    /// The digit.
    pub label: Digit,
    /// Lines from pen-down to pen-up, `y` downwards, in units of the tablet.
    pub strokes: Vec<Vec<Point>>,
}

pub(super) fn read(store: &mut DatasetStore) -> Result<Vec<PenDigit>, DataError> {
    let (path, bytes) = store.read(&STROKES)?;
    let text = String::from_utf8_lossy(&bytes);
    // The text before the first segment describes the file.
    let digits = text.split(".SEGMENT DIGIT").skip(1).map(|segment| {
        digit(segment).ok_or_else(|| {
            let first: String = segment.lines().take(2).collect::<Vec<_>>().join(" / ");
            DataError::Format { path: path.clone(), reason: format!("not a digit in UNIPEN text: {first}") }
        })
    });
    digits.collect()
}

/// Reads one digit of UNIPEN text (Guyon et al., "UNIPEN project of on-line data exchange", 1994):
///
/// ```text
///    0 ? "8"
/// .COMMENT 8 12  224
/// .PEN_DOWN
///  267  333
/// .PEN_UP
/// ```
///
/// The comment holds the digit, the writer and a number within the file.
fn digit(segment: &str) -> Option<PenDigit> {
    let label = segment.split('"').nth(1)?.parse::<i64>().ok()?;
    let (mut writer, mut strokes) = (None, Vec::new());
    for line in segment.lines().skip(1).map(str::trim) {
        if let Some(comment) = line.strip_prefix(".COMMENT") {
            writer = writer.or(comment.split_whitespace().nth(1)?.parse().ok());
        } else if line == ".PEN_DOWN" {
            strokes.push(Vec::new());
        } else if line.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            strokes.last_mut()?.push(point(line)?);
        }
    }
    strokes.retain(|stroke| !stroke.is_empty());
    let label = Digit::try_from(label).ok()?;
    if strokes.is_empty() { None } else { Some(PenDigit { writer: writer?, label, strokes }) }
}

/// Reads a point; the tablet's `y` axis points upwards.
fn point(line: &str) -> Option<Point> {
    let mut numbers = line.split_whitespace().map(str::parse::<f32>);
    let (x, y) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    Some(Point { x, y: -y })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_of_two_strokes_and_its_writer_are_read() {
        let text = "    1 ? \"4\"\n.COMMENT 4 17  224\n.PEN_DOWN\n 10  333\n 12  300\n.PEN_UP\n.DT 100\n.PEN_DOWN\n \
                    5  310\n.PEN_UP\n";
        let four = digit(text).unwrap();
        assert_eq!((four.label.value(), four.writer), (4, 17));
        assert_eq!(four.strokes.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(four.strokes[0][1], Point { x: 12.0, y: -300.0 });
    }

    #[test]
    fn text_without_a_digit_is_rejected() {
        for text in ["", "\"7\"", "\"x\"\n.COMMENT 1 2 3\n.PEN_DOWN\n1 2", "\"7\"\n.COMMENT 7 3 1\n1 2\n"] {
            assert_eq!(digit(text), None, "{text}");
        }
    }
}

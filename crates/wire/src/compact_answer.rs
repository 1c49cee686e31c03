//! The compact form of an answer with its bitmap, between the model service and the api: the 784 grey levels, then the
//! JSON of the answer without them.

use crate::Answer;
use digit::Bitmap;
use serde::de::Error;

/// The media type of the compact form. The api accepts it, and a model service that does not know it sends JSON.
pub const COMPACT_ANSWER_MEDIA_TYPE: &str = "application/vnd.digits.answer";

/// The room for the JSON, in bytes.
const JSON_BYTES: usize = 400;

impl Answer {
    /// The compact form of an answer with this bitmap.
    ///
    /// # Panics
    /// Never: an answer has only numbers and texts, and writing to memory does not fail.
    #[must_use]
    pub fn to_compact(&self, bitmap: &Bitmap) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Bitmap::LEN + JSON_BYTES);
        bytes.extend_from_slice(bitmap.levels());
        serde_json::to_writer(&mut bytes, self).expect("an answer is JSON");
        bytes
    }

    /// Reads the compact form.
    ///
    /// # Errors
    /// When there are too few grey levels, or no answer follows them.
    pub fn from_compact(bytes: &[u8]) -> serde_json::Result<(Self, Bitmap)> {
        let (levels, json) =
            bytes.split_first_chunk().ok_or_else(|| Error::custom("the answer has too few grey levels"))?;
        Ok((serde_json::from_slice(json)?, Bitmap::new(*levels)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use digit::{Digit, Reason};

    fn answer() -> Answer {
        Answer {
            prediction: Digit::try_from(7).unwrap(),
            confidence: 0.1 + f32::EPSILON,
            probabilities: std::array::from_fn(|digit| 1.0 / (3.0 + f32::from(u8::try_from(digit).unwrap()))),
            verdict: Verdict::NotADigit,
            reason: Some(Reason::TooSmall),
            model: "cnn6-large-2026-11-21".to_owned(),
            bitmap: None,
        }
    }

    #[test]
    fn an_answer_and_its_bitmap_survive_the_compact_form() {
        let mut levels = [0; Bitmap::LEN];
        levels.iter_mut().zip((0..=255).cycle()).for_each(|(level, value)| *level = value);
        let bitmap = Bitmap::new(levels);
        let compact = answer().to_compact(&bitmap);
        assert!(compact.len() <= Bitmap::LEN + JSON_BYTES, "{}", compact.len());
        assert_eq!(Answer::from_compact(&compact).unwrap(), (answer(), bitmap));
    }

    #[test]
    fn other_bytes_are_no_compact_answer() {
        let compact = answer().to_compact(&Bitmap::new([0; Bitmap::LEN]));
        for length in [0, Bitmap::LEN - 1, Bitmap::LEN, compact.len() - 1] {
            assert!(Answer::from_compact(&compact[..length]).is_err(), "{length}");
        }
    }
}

//! The output tensors.

use super::Datatype;
use digit::Digit;
use network::Classification;
use serde::Serialize;
use wire::Verdict;

/// An output tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// The probability of each digit, 0 to 9, given that the drawing is a digit; they sum to 1.
    Probabilities,
    /// The most probable digit.
    Prediction,
    /// The probability of the most probable digit.
    Confidence,
    /// The probability that the drawing is not a digit.
    NotADigitProbability,
    /// `digit` or `not_a_digit`.
    Verdict,
    /// The reason why the drawing is not a digit; empty if it is a digit.
    Reason,
}

/// The elements of a tensor, sample after sample.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Values {
    Fp32(Vec<f32>),
    Int64(Vec<i64>),
    Bytes(Vec<&'static str>),
}

impl Output {
    /// All outputs, in the order of the default response.
    pub(crate) const ALL: [Self; 6] = [
        Self::Probabilities,
        Self::Prediction,
        Self::Confidence,
        Self::NotADigitProbability,
        Self::Verdict,
        Self::Reason,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Probabilities => "probabilities",
            Self::Prediction => "prediction",
            Self::Confidence => "confidence",
            Self::NotADigitProbability => "not_a_digit_probability",
            Self::Verdict => "verdict",
            Self::Reason => "reason",
        }
    }

    /// Returns the output with this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|output| output.name() == name)
    }

    pub(super) const fn datatype(self) -> Datatype {
        match self {
            Self::Probabilities | Self::Confidence | Self::NotADigitProbability => Datatype::Fp32,
            Self::Prediction => Datatype::Int64,
            Self::Verdict | Self::Reason => Datatype::Bytes,
        }
    }

    /// The number of elements per sample.
    pub(super) const fn width(self) -> usize {
        match self {
            Self::Probabilities => 10,
            Self::Prediction | Self::Confidence | Self::NotADigitProbability | Self::Verdict | Self::Reason => 1,
        }
    }

    /// Returns the values of this output for the samples.
    pub(super) fn values(self, samples: &[Classification]) -> Values {
        let best = |sample: &Classification| Digit::most_probable(&sample.probabilities);
        let verdict = |sample: &Classification| match sample.rejection {
            Some(_) => Verdict::NotADigit.name(),
            None => Verdict::Digit.name(),
        };
        let reason = |sample: &Classification| sample.rejection.map_or("", |reason| reason.name());
        let samples = samples.iter();
        match self {
            Self::Probabilities => Values::Fp32(samples.flat_map(|sample| sample.probabilities).collect()),
            Self::Prediction => Values::Int64(samples.map(|sample| best(sample).0.value().into()).collect()),
            Self::Confidence => Values::Fp32(samples.map(|sample| best(sample).1).collect()),
            Self::NotADigitProbability => Values::Fp32(samples.map(|sample| sample.not_a_digit_probability).collect()),
            Self::Verdict => Values::Bytes(samples.map(verdict).collect()),
            Self::Reason => Values::Bytes(samples.map(reason).collect()),
        }
    }
}

impl Values {
    /// Returns the values as little-endian bytes. A text is preceded by its length in 4 bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Fp32(numbers) => numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
            Self::Int64(numbers) => numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
            Self::Bytes(texts) => texts.iter().flat_map(|text| [&length(text)[..], text.as_bytes()].concat()).collect(),
        }
    }
}

/// Returns a text's length as 4 little-endian bytes; every text here is a single word.
fn length(text: &str) -> [u8; 4] {
    u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use digit::Reason;

    #[test]
    fn each_output_has_as_many_values_as_its_shape_says() {
        let mut seven = Classification { probabilities: [0.05; 10], not_a_digit_probability: 0.25, rejection: None };
        seven.probabilities[7] = 0.55;
        let scribble =
            Classification { rejection: Some(Reason::UnlikeADigit), not_a_digit_probability: 0.75, ..seven.clone() };
        let samples = [seven, scribble];
        let count = |values: &Values| match values {
            Values::Fp32(numbers) => numbers.len(),
            Values::Int64(numbers) => numbers.len(),
            Values::Bytes(texts) => texts.len(),
        };
        for output in Output::ALL {
            assert_eq!(count(&output.values(&samples)), output.width() * samples.len(), "{output:?}");
            assert_eq!(Output::named(output.name()), Some(output));
        }
        assert_eq!(Output::Prediction.values(&samples), Values::Int64(vec![7, 7]));
        assert_eq!(Output::Confidence.values(&samples), Values::Fp32(vec![0.55, 0.55]));
        assert_eq!(Output::NotADigitProbability.values(&samples), Values::Fp32(vec![0.25, 0.75]));
        assert_eq!(Output::Verdict.values(&samples), Values::Bytes(vec!["digit", "not_a_digit"]));
        assert_eq!(Output::Reason.values(&samples), Values::Bytes(vec!["", "unlike_a_digit"]));
    }

    #[test]
    fn binary_values_are_little_endian_and_a_text_follows_its_length() {
        assert_eq!(Values::Fp32(vec![1.0]).to_bytes(), [0, 0, 0x80, 0x3f]);
        assert_eq!(Values::Int64(vec![7, -1]).to_bytes(), [&[7, 0, 0, 0, 0, 0, 0, 0], &[255_u8; 8][..]].concat());
        assert_eq!(Values::Bytes(vec!["ab", ""]).to_bytes(), [2, 0, 0, 0, b'a', b'b', 0, 0, 0, 0]);
    }
}

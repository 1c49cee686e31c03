//! Digits from 0 to 9, and the labels that people give to drawings.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// A number from 0 to 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Digit(u8);

/// The error of a value that is neither a digit nor a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a label is a digit from 0 to 9, \"not_a_digit\" or \"unsure\"")]
pub struct InvalidDigit;

impl Digit {
    /// All ten, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..10).map(Self)
    }

    /// The digit's value, 0 to 9.
    #[must_use]
    pub const fn value(self) -> u8 {
        self.0
    }

    /// The most probable digit and its probability; of equal ones, the lower digit.
    #[must_use]
    pub fn most_probable(probabilities: &[f32; 10]) -> (Self, f32) {
        Self::all()
            .zip(probabilities.iter().copied())
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
            .unwrap_or((Self(0), 0.0))
    }
}

impl TryFrom<i64> for Digit {
    type Error = InvalidDigit;

    fn try_from(value: i64) -> Result<Self, InvalidDigit> {
        u8::try_from(value).ok().filter(|value| *value <= 9).map(Self).ok_or(InvalidDigit)
    }
}

impl fmt::Display for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Digit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = i64::deserialize(deserializer)?;
        Self::try_from(value).map_err(serde::de::Error::custom)
    }
}

/// The label that a person gives to a drawing: in JSON a number from 0 to 9, `"not_a_digit"` or `"unsure"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrueLabel {
    /// This digit.
    Digit(Digit),
    /// Not a digit from 0 to 9, such as a letter, a scribble or two digits.
    NotADigit,
    /// The person cannot tell. Such a label is excluded from the accuracy.
    Unsure,
}

impl TrueLabel {
    /// The name of [`NotADigit`](Self::NotADigit).
    pub const NOT_A_DIGIT: &str = "not_a_digit";
    /// The name of [`Unsure`](Self::Unsure).
    pub const UNSURE: &str = "unsure";

    /// The classes of predictions and labels: the digits in order, and then [`NotADigit`](Self::NotADigit).
    pub fn classes() -> impl Iterator<Item = Self> {
        Digit::all().map(Self::Digit).chain([Self::NotADigit])
    }
}

impl fmt::Display for TrueLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digit(digit) => digit.fmt(f),
            Self::NotADigit => f.write_str(Self::NOT_A_DIGIT),
            Self::Unsure => f.write_str(Self::UNSURE),
        }
    }
}

/// Parses the output of [`Display`](fmt::Display): `7`, `not_a_digit` or `unsure`.
impl FromStr for TrueLabel {
    type Err = InvalidDigit;

    fn from_str(text: &str) -> Result<Self, InvalidDigit> {
        match text.as_bytes() {
            [digit @ b'0'..=b'9'] => Ok(Self::Digit(Digit(digit - b'0'))),
            _ if text == Self::NOT_A_DIGIT => Ok(Self::NotADigit),
            _ if text == Self::UNSURE => Ok(Self::Unsure),
            _ => Err(InvalidDigit),
        }
    }
}

impl Serialize for TrueLabel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Digit(digit) => digit.serialize(serializer),
            Self::NotADigit => serializer.serialize_str(Self::NOT_A_DIGIT),
            Self::Unsure => serializer.serialize_str(Self::UNSURE),
        }
    }
}

impl<'de> Deserialize<'de> for TrueLabel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            // JSON does not distinguish integers: `8.0` is the number 8.
            serde_json::Value::Number(number) => {
                Digit::all().find(|digit| number.as_f64() == Some(f64::from(digit.0))).map(Self::Digit)
            }
            serde_json::Value::String(text) if text == Self::NOT_A_DIGIT => Some(Self::NotADigit),
            serde_json::Value::String(text) if text == Self::UNSURE => Some(Self::Unsure),
            _ => None,
        }
        .ok_or_else(|| serde::de::Error::custom(InvalidDigit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_digit_not_a_digit_or_unsure_and_nothing_else() {
        for good in ["0", "9", "\"not_a_digit\"", "\"unsure\""] {
            let label: TrueLabel = serde_json::from_str(good).unwrap();
            assert_eq!(serde_json::to_string(&label).unwrap(), good);
            assert_eq!(label.to_string().parse(), Ok(label));
        }
        assert_eq!(serde_json::from_str("8.0").ok(), Some(TrueLabel::Digit(Digit(8))));
        for bad in ["10", "-1", "7.5", "\"7\"", "8.0000001", "1e400", "null", "true", "[7]", "\"cat\"", "1e3"] {
            assert!(serde_json::from_str::<TrueLabel>(bad).is_err(), "{bad}");
        }
        for bad in ["", "10", "٣", "7 ", "not a digit"] {
            assert!(bad.parse::<TrueLabel>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_most_probable_digit_is_the_first_of_equals() {
        let mut probabilities = [0.1; 10];
        assert_eq!(Digit::most_probable(&probabilities), (Digit(0), 0.1));
        probabilities[7] = 0.2;
        assert_eq!(Digit::most_probable(&probabilities), (Digit(7), 0.2));
    }
}

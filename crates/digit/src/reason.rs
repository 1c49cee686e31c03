//! Why a drawing is not a digit.

use serde::{Deserialize, Serialize};

/// The reason why a drawing is predicted as not a digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A dot, or too little foreground to be recognisable.
    TooSmall,
    /// More than one digit.
    SeveralDigits,
    /// Something else, such as a letter, a scribble or a photo.
    UnlikeADigit,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 3] = [Self::TooSmall, Self::SeveralDigits, Self::UnlikeADigit];

    /// The name, as in JSON and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooSmall => "too_small",
            Self::SeveralDigits => "several_digits",
            Self::UnlikeADigit => "unlike_a_digit",
        }
    }
}

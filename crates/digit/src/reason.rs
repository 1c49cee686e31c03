//! Why a drawing is not a digit.

use serde::{Deserialize, Serialize};

/// Why a drawing is not taken for a digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A dot, or so little that it could be anything.
    TooSmall,
    /// More than one digit.
    SeveralDigits,
    /// A letter, a scribble, a picture: nothing that the network was taught to name.
    UnlikeADigit,
}

impl Reason {
    /// All there are.
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

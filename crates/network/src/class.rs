//! The classes of the network: the ten digits, and two kinds of non-digits.

use digit::{Digit, Reason};

/// A class of the network's output: the digits 0 to 9, then the [`Reason`]s that the network itself can detect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A digit.
    Digit(Digit),
    /// More than one digit.
    SeveralDigits,
    /// Something else: a letter, a scribble, a picture.
    UnlikeADigit,
}

impl Class {
    /// The number of classes: the width of the network's output.
    pub const COUNT: usize = 12;

    /// Returns the index of the class's logit.
    #[must_use]
    pub const fn index(self) -> u8 {
        match self {
            Self::Digit(digit) => digit.value(),
            Self::SeveralDigits => 10,
            Self::UnlikeADigit => 11,
        }
    }

    /// Returns the reason of a rejection if the class is not a digit.
    #[must_use]
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Digit(_) => None,
            Self::SeveralDigits => Some(Reason::SeveralDigits),
            Self::UnlikeADigit => Some(Reason::UnlikeADigit),
        }
    }
}

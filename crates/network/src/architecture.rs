//! The sizes of the network.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A size of the network: the same chain of layers, with more or fewer channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Architecture {
    /// The fastest.
    #[serde(rename = "cnn6-small")]
    Small,
    /// Between the fastest and the one that serves.
    #[serde(rename = "cnn6-medium")]
    Medium,
    /// The one that serves.
    #[serde(rename = "cnn6-large")]
    Large,
    /// Too slow to serve: a teacher for the others.
    #[serde(rename = "cnn6-huge")]
    Huge,
}

/// The error of a text that names no size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an architecture; the architectures are cnn6-small, cnn6-medium, cnn6-large and cnn6-huge")]
pub struct UnknownArchitecture(String);

impl Architecture {
    /// All sizes, from the fastest to the slowest.
    pub const ALL: [Self; 4] = [Self::Small, Self::Medium, Self::Large, Self::Huge];

    /// Returns the output channels of each convolution. They are multiples of 16, since oneDNN computes 16 channels at
    /// once.
    #[must_use]
    pub const fn channels(self) -> [i64; 6] {
        match self {
            Self::Small => [16, 32, 32, 64, 64, 64],
            Self::Medium => [16, 32, 48, 64, 96, 96],
            Self::Large => [16, 32, 48, 64, 128, 128],
            Self::Huge => [32, 64, 64, 128, 192, 128],
        }
    }

    /// Returns the name on model cards and on the command line. A change of the layers changes the name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Small => "cnn6-small",
            Self::Medium => "cnn6-medium",
            Self::Large => "cnn6-large",
            Self::Huge => "cnn6-huge",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Architecture {
    type Err = UnknownArchitecture;

    fn from_str(text: &str) -> Result<Self, UnknownArchitecture> {
        Self::ALL
            .into_iter()
            .find(|architecture| architecture.name() == text)
            .ok_or_else(|| UnknownArchitecture(text.to_owned()))
    }
}

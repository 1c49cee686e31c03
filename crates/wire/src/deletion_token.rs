//! The deletion token of a recorded drawing.

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// The proof that a client submitted a drawing: 122 random bits, which only the answer to the submission contains. No
/// log shows it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct DeletionToken(Uuid);

impl DeletionToken {
    /// A new random token.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// A token from random bytes. The version and variant of a `UUIDv4` replace six of their bits.
    #[must_use]
    pub fn from_random_bytes(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// Parses a token from a client; `None` if it is invalid.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// The bytes. Store only their hash.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for DeletionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeletionToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deletion_token_is_in_json_but_not_in_logs() {
        let token = DeletionToken::random();
        let told = serde_json::to_string(&token).unwrap();
        assert_eq!(DeletionToken::parse(told.trim_matches('"')), Some(token));
        assert_eq!(format!("{token:?}"), "DeletionToken(…)");
        assert_ne!(DeletionToken::random(), token);
        assert_eq!(DeletionToken::parse("mine"), None);
    }
}

//! The code with which a person sets a password.

use crate::random_uuid;
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;

/// 122 random bits, valid once and for 15 minutes. People copy the code into a form, so it is in no address that a server
/// logs. The database holds only its SHA-256.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvitationCode(Uuid);

impl InvitationCode {
    /// A new code.
    pub(crate) fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// Reads a code as a person pastes it; `None` if it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        random_uuid::parse(text.trim()).map(Self)
    }

    /// The text of the code, which only the invited person gets.
    pub(crate) fn reveal(self) -> String {
        self.0.to_string()
    }

    /// The hash that the database holds.
    pub(crate) fn hash(self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationCode(…)")
    }
}
